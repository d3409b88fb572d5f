"""The network of SASRec: attention that looks back only.

Kang and McAuley (2018), with layer norms before each part, a gated feed-forward part (Shazeer, 2020: SwiGLU), and how far back
a place lies as a learned bias of the attention instead of absolute places, so that a window may begin anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shopkeeper.capabilities.recommend.deep.training import Tensor, Tensors, constant, normal


@dataclass(frozen=True)
class Shape:
    """How large the network is."""

    width: int
    heads: int
    blocks: int
    length: int


def new_network(shape: Shape, device: Any) -> Tensors:
    """The tensors of the network before learning, without the products' embeddings."""
    width = shape.width
    tensors = {"end.scale": constant((width,), 1.0, device), "end.shift": constant((width,), 0.0, device)}
    for block in range(shape.blocks):
        at, inner = f"{block}.", 2 * width
        tensors |= {
            at + "attend": normal((width, 3 * width), width**-0.5, device),
            at + "mix": normal((width, width), 0.5 * width**-0.5, device),
            at + "far": constant((shape.heads, shape.length), 0.0, device),
            at + "widen": normal((width, 2 * inner), width**-0.5, device),
            at + "narrow": normal((inner, width), 0.5 * inner**-0.5, device),
        }
        for part in ("first", "second"):
            tensors[f"{at}{part}.scale"] = constant((width,), 1.0, device)
            tensors[f"{at}{part}.shift"] = constant((width,), 0.0, device)
    return tensors


def encoded(tensors: Mapping[str, Tensor], shape: Shape, embedded: Tensor, dropout: float = 0.0) -> Tensor:
    """What comes next, at each place: float [windows, places, width] from the tokens' embeddings of the same shape."""
    import torch
    from torch.nn.functional import dropout as dropped_out

    place = torch.arange(embedded.shape[1], device=embedded.device)
    back = place[:, None] - place[None, :]

    def dropped(part: Tensor) -> Tensor:
        return dropped_out(part, dropout) if dropout > 0.0 else part

    state = dropped(embedded * shape.width**0.5)
    for block in range(shape.blocks):
        at = f"{block}."
        far = tensors[at + "far"][:, back.clamp(0, shape.length - 1)].masked_fill(back < 0, -1e9)
        state = state + dropped(_attended(tensors, at, shape, _normed(tensors, at + "first", state), far))
        gate, value = (_normed(tensors, at + "second", state) @ tensors[at + "widen"]).chunk(2, dim=-1)
        state = state + dropped((gate * torch.sigmoid(gate) * value) @ tensors[at + "narrow"])
    return _normed(tensors, "end", state)


def _normed(tensors: Mapping[str, Tensor], name: str, state: Tensor) -> Tensor:
    from torch.nn.functional import layer_norm

    return layer_norm(state, tensors[name + ".scale"].shape, tensors[name + ".scale"], tensors[name + ".shift"], 1e-6)


def _attended(tensors: Mapping[str, Tensor], at: str, shape: Shape, state: Tensor, far: Tensor) -> Tensor:
    n, places = state.shape[0], state.shape[1]
    query, key, value = (
        each.reshape(n, places, shape.heads, shape.width // shape.heads).transpose(1, 2)
        for each in (state @ tensors[at + "attend"]).chunk(3, dim=-1)
    )
    look = (query @ key.transpose(2, 3)) * (shape.width // shape.heads) ** -0.5 + far
    return (look.softmax(-1) @ value).transpose(1, 2).reshape(n, places, shape.width) @ tensors[at + "mix"]


def at_last(state: Tensor, last: Tensor) -> Tensor:
    """Float [windows, width]: the state at place ``last`` int64 [windows] of each window."""
    return state.gather(1, last[:, None, None].expand(-1, 1, state.shape[2])).squeeze(1)
