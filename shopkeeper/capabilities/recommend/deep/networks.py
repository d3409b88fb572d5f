"""Four networks that score a candidate from numbers and embeddings.

Factorization machines (Rendle, 2010), Wide & Deep (Cheng et al., 2016), DeepFM (Guo et al., 2017) and neural collaborative
filtering (He et al., 2017: NeuMF). Each is a mapping of tensors, and a function of them and of what `fields.Inputs` says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shopkeeper.capabilities.recommend.deep.training import Tensor, Tensors, constant, normal

KINDS = ("fm", "wide_deep", "deepfm", "ncf")


@dataclass(frozen=True)
class Shape:
    """How large a network is.

    Fields are ``n_numbers`` numbers, ``n_codes`` codes (a customer and a product first, where it is "ncf") and ``n_crosses``
    pairs of codes, which only the wide part of "wide_deep" reads. There are ``n_slots`` places for all, the first ``n_embedded``
    of which (all but the pairs') have a vector of ``width`` numbers.
    """

    kind: str
    n_numbers: int
    n_codes: int
    n_crosses: int
    n_slots: int
    n_embedded: int
    width: int
    hidden: tuple[int, ...]

    @property
    def n_read(self) -> int:
        """How many numbers come into the hidden layers for each candidate; 0: there are none."""
        if self.kind == "fm":
            return 0
        if self.kind == "ncf":
            return 2 * self.width + self.n_numbers
        return (self.n_numbers + self.n_codes) * self.width + self.n_numbers


def new_network(shape: Shape, device: Any) -> Tensors:
    """The tensors before learning."""
    # However many fields there are, all their pairs together begin as a tenth of a logit, not as noise to unlearn.
    spread = (0.14 / (max(2, shape.n_numbers + shape.n_codes) * shape.width**0.5)) ** 0.5
    tensors = {"table": normal((shape.n_embedded, shape.width), spread, device)}
    if shape.kind == "ncf":
        tensors["product"] = normal((shape.n_embedded, shape.width), 0.1, device)
        tensors["join"] = normal((shape.width, 1), shape.width**-0.5, device)
    else:
        tensors["number"] = normal((shape.n_numbers, shape.width), spread, device)
        tensors["slot.weight"] = constant((shape.n_slots,), 0.0, device)
        tensors["number.weight"] = constant((shape.n_numbers,), 0.0, device)
    tensors["level"] = constant((1,), 0.0, device)
    size = shape.n_read
    if size:
        for layer, wider in enumerate((*shape.hidden, 1)):
            tensors[f"{layer}.weight"] = normal((size, wider), (2.0 / size) ** 0.5 if wider > 1 else 0.1 * size**-0.5, device)
            tensors[f"{layer}.shift"] = constant((wider,), 0.0, device)
            size = wider
    return tensors


def scores(tensors: Mapping[str, Tensor], shape: Shape, number: Tensor, slot: Tensor, dropout: float = 0.0) -> Tensor:
    """Float [candidates]: the logit of choosing each, from number [candidates, numbers] and slot int64 [candidates, fields]."""
    if shape.kind == "ncf":
        return _neural_factors(tensors, shape, number, slot, dropout)
    score = tensors["level"] + tensors["slot.weight"][slot].sum(1) + number @ tensors["number.weight"]
    field = _dropped(_embedded(tensors, shape, number, slot), dropout)
    if shape.kind in ("fm", "deepfm"):
        score = score + pairs(field)
    if shape.kind in ("wide_deep", "deepfm"):
        import torch

        score = score + _hidden(tensors, shape, torch.cat((field.flatten(1), number), dim=1), dropout)
    return score


def pairs(field: Tensor) -> Tensor:
    """Float [candidates]: the sum over all pairs of fields of their vectors' product; Rendle's equation 5, in linear time."""
    return 0.5 * (field.sum(1) ** 2 - (field**2).sum(1)).sum(1)


def _embedded(tensors: Mapping[str, Tensor], shape: Shape, number: Tensor, slot: Tensor) -> Tensor:
    """Float [candidates, fields, width]: a number's vector is its size times its direction, and what is learned of its bin."""
    import torch

    field = tensors["table"][slot[:, : shape.n_numbers + shape.n_codes]]
    direction = number[:, :, None] * tensors["number"]
    return torch.cat((field[:, : shape.n_numbers] + direction, field[:, shape.n_numbers :]), dim=1)


def _dropped(state: Tensor, dropout: float) -> Tensor:
    from torch.nn.functional import dropout as dropped

    return dropped(state, dropout) if dropout > 0.0 else state


def _hidden(tensors: Mapping[str, Tensor], shape: Shape, state: Tensor, dropout: float) -> Tensor:
    for layer in range(len(shape.hidden)):
        state = (state @ tensors[f"{layer}.weight"] + tensors[f"{layer}.shift"]).relu()
        state = _dropped(state, dropout)
    last = len(shape.hidden)
    return (state @ tensors[f"{last}.weight"] + tensors[f"{last}.shift"])[:, 0]


def _neural_factors(tensors: Mapping[str, Tensor], shape: Shape, number: Tensor, slot: Tensor, dropout: float) -> Tensor:
    """The paper's two towers over customer and product; what is known of the candidate joins the hidden one."""
    import torch

    both = slot[:, shape.n_numbers : shape.n_numbers + 2]
    product = tensors["product"][both].prod(1) @ tensors["join"]
    hidden = torch.cat((tensors["table"][both].flatten(1), number), dim=1)
    return tensors["level"] + product[:, 0] + _hidden(tensors, shape, hidden, dropout)
