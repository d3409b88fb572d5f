"""How every network is learned: torch with its own threads and random numbers, and a loop that stops where it no longer pays.

A network is a mapping of named tensors and functions of it; torch is imported where it is used.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, TypeVar

from shopkeeper.numerics.compiling import Tell, n_threads, quiet

Tensor = Any
Tensors = dict[str, Tensor]
Batch = TypeVar("Batch")

INSTALL = "pip install 'shopkeeper[deep]'"
NEEDED = ("torch", "onnx", "onnxruntime")
MOST_THREADS = 8  # more help little in networks this small
FEWEST_ROWS = 30_000  # an epoch of fewer is learned by one thread: several would wait for each other longer than they work


def missing() -> str:
    """Which of the packages that networks need are not installed, in one sentence; the empty text where all are."""
    absent = [name for name in NEEDED if find_spec(name) is None]
    if not absent:
        return ""
    return f"{' and '.join(absent)} {'is' if len(absent) == 1 else 'are'} not installed: {INSTALL}"


@contextmanager
def steady(seed: int, n_rows: int) -> Iterator[Any]:
    """The torch device to learn on: a GPU where there is one; ``n_rows`` are learned from in an epoch.

    Inside, torch's random numbers follow from ``seed`` and its number of threads is fixed; both are as before afterwards.
    """
    import torch

    on_gpu = torch.cuda.is_available()
    threads = torch.get_num_threads()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        torch.set_num_threads(min(MOST_THREADS, n_threads()) if n_rows >= FEWEST_ROWS else 1)
        try:
            yield torch.device("cuda" if on_gpu else "cpu")
        finally:
            torch.set_num_threads(threads)


def normal(shape: tuple[int, ...], spread: float, device: Any) -> Tensor:
    """A tensor to be learned, from the normal distribution with this standard deviation.

    Drawn on the CPU, so that a network begins the same wherever it is learned.
    """
    import torch

    return (torch.randn(shape) * spread).to(device).requires_grad_()


def constant(shape: tuple[int, ...], value: float, device: Any) -> Tensor:
    """A tensor to be learned that begins with one value."""
    import torch

    return torch.full(shape, value, device=device, requires_grad=True)


@dataclass(frozen=True)
class Plan:
    """How long and how fast: AdamW (Loshchilov and Hutter, 2019), a short warm-up, then a cosine down to a twentieth.

    ``patience`` epochs without a better value end it.
    """

    epochs: int
    patience: int
    rate: float
    decay: float
    warm_up_share: float = 0.02

    def rate_at(self, step: int, n_steps: int) -> float:
        """The learning rate of a step of all ``n_steps``."""
        warm = min(1.0, (step + 1) / (1.0 + self.warm_up_share * n_steps))
        return self.rate * warm * (0.05 + 0.95 * 0.5 * (1.0 + math.cos(math.pi * min(1.0, step / max(1, n_steps)))))


@dataclass(frozen=True)
class Fitted:
    """The tensors of the best epoch (detached), the value of each epoch, and which was best (-1: none was run)."""

    tensors: Tensors
    values: tuple[float, ...]
    best: int


def fit(
    tensors: Tensors,
    batches: Callable[[int], Iterable[Batch]],
    loss: Callable[[Tensors, Batch], Tensor],
    value: Callable[[Mapping[str, Tensor]], float],
    plan: Plan,
    n_batches: int,
    tell: Tell = quiet,
) -> Fitted:
    """``tensors`` learned on ``batches(epoch)`` (about ``n_batches``) until ``value`` (larger is better) stops growing."""
    import torch

    adam = _Adam(tensors, plan.decay)
    kept, values, best, step, n_steps = _copied(tensors), list[float](), -1, 0, plan.epochs * max(1, n_batches)
    for epoch in range(plan.epochs):
        for batch in batches(epoch):
            loss(tensors, batch).backward()
            with torch.no_grad():
                adam.step(plan.rate_at(step, n_steps))
            step += 1
            tell(min(1.0, step / n_steps))
        with torch.no_grad():
            values.append(value(tensors))
        if best < 0 or values[-1] > values[best]:
            kept, best = _copied(tensors), epoch
        elif epoch - best >= plan.patience:
            break
    tell(1.0)
    return Fitted(kept, tuple(values), best)


class _Adam:
    """AdamW with its gradients clipped. torch's own would import its compiler first, which takes longer than small networks."""

    FIRST, SECOND, TINY, LONGEST = 0.9, 0.999, 1e-8, 5.0  # the means' shares of the old, and the longest gradient

    def __init__(self, tensors: Tensors, decay: float) -> None:
        import torch

        self.tensors, self.decay, self.n_steps = list(tensors.values()), decay, 0
        self.mean = [torch.zeros_like(tensor) for tensor in self.tensors]
        self.square = [torch.zeros_like(tensor) for tensor in self.tensors]

    def step(self, rate: float) -> None:
        """One step down the gradients, which are taken away."""
        self.n_steps += 1
        length = math.sqrt(sum(float(tensor.grad.pow(2).sum()) for tensor in self.tensors if tensor.grad is not None))
        shorter = min(1.0, self.LONGEST / (length + 1e-12))
        mean_rate = rate / (1.0 - self.FIRST**self.n_steps)
        square_share = 1.0 - self.SECOND**self.n_steps
        for tensor, mean, square in zip(self.tensors, self.mean, self.square, strict=True):
            if tensor.grad is None:
                continue
            gradient = tensor.grad.mul_(shorter)
            mean.lerp_(gradient, 1.0 - self.FIRST)
            square.mul_(self.SECOND).addcmul_(gradient, gradient, value=1.0 - self.SECOND)
            tensor.mul_(1.0 - rate * self.decay)
            tensor.addcdiv_(mean, (square / square_share).sqrt_().add_(self.TINY), value=-mean_rate)
            tensor.grad = None


def _copied(tensors: Mapping[str, Tensor]) -> Tensors:
    return {name: tensor.detach().clone() for name, tensor in tensors.items()}
