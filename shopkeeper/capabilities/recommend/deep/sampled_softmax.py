"""The loss that makes SASRec good: the softmax over every product, estimated from a sample that is shared by a batch.

Half of the sample is drawn evenly, half as often as products occur; each drawn score is corrected by the logarithm of how often
it is drawn (logQ: Bengio and Senécal, 2008; Yi et al., 2019), so that the popular are not pushed down for being drawn more.
Klenitskiy and Vasilev (2023) and Petrov and Macdonald (2023) find that it, not the architecture, is what SASRec lacked.
"""

from __future__ import annotations

from typing import Any

from shopkeeper.capabilities.recommend.deep.training import Tensor


class Sampler:
    """Draws products to tell the right one from."""

    def __init__(self, counts: Tensor, n_drawn: int) -> None:
        """``counts`` float [tokens]: how often each occurs; the first stands for none."""
        import torch

        self.n_tokens, self.n_drawn = len(counts), n_drawn
        even = torch.ones_like(counts)
        even[0] = 0.0
        often = counts.clone()
        often[0] = 0.0
        share = 0.5 * even / even.sum() + 0.5 * often / often.sum()
        self.is_all = n_drawn >= len(counts) - 1
        self._cumulated = share.double().cumsum(0)
        self._correction = torch.log(n_drawn * share.clamp_min(1e-30)).float()

    def drawn(self, device: Any) -> tuple[Tensor, Tensor]:
        """(token int64 [drawn], what is subtracted from each score); every token once where that is not more."""
        import torch

        if self.is_all:
            token = torch.arange(1, self.n_tokens, device=device)
            return token, torch.zeros(len(token), device=device)
        at = torch.rand(self.n_drawn, dtype=torch.float64).to(device) * self._cumulated[-1]
        token = torch.searchsorted(self._cumulated, at, right=True).clamp_max(self.n_tokens - 1)
        return token, self._correction[token]


def loss(state: Tensor, target: Tensor, weight: Tensor, embedding: Tensor, sampler: Sampler) -> Tensor:
    """The weighted mean of -log of the probability of ``target`` int64 [places] given ``state`` float [places, width]."""
    import torch

    token, correction = sampler.drawn(state.device)
    right = (state * embedding[target]).sum(1)
    wrong = state @ embedding[token].T - correction
    wrong = wrong.masked_fill(token[None, :] == target[:, None], float("-inf"))
    every = torch.cat((right[:, None], wrong), dim=1).logsumexp(1)
    return ((every - right) * weight).sum() / weight.sum()
