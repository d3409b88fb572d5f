"""Contributions become reasons: the few that made a case what it is, as JSON that can be put into words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shopkeeper.numerics.compiling import Array, chunks

MOST_REASONS = 3
SMALLEST_EFFECT = 0.02  # log odds: what moves a probability by less than half a percent is no reason
ROWS_AT_ONCE = 200_000


def reasons(
    names: tuple[str, ...],
    features: Array,
    contributions: Array,
    groups: Mapping[str, str],
    usual: Mapping[str, Array] | None = None,
) -> pa.Array:
    """One JSON text a case: up to three of [{"feature", "value", "shop_value", "effect"}], the strongest first.

    ``features`` and ``contributions`` float64 [cases, features] named by ``names``. What belongs to one group (``groups``, by
    name; a feature without one is its own) says the same thing: it speaks once, with the sum of its effects, by its strongest
    feature. Only reasons that point to where the case stands are told: for what is likelier than with most, those that raise.
    ``effect`` is in log odds, ``shop_value`` the middle of all cases. ``usual`` adds a case's own ``usual_value`` to a feature.
    """
    middle = np.array([_middle(column) for column in features.T])
    group_names = sorted({groups.get(name, name) for name in names})
    group = np.array([group_names.index(groups.get(name, name)) for name in names], np.int64)
    own_usual = {names.index(name): values for name, values in (usual or {}).items()}
    parts = []
    for low, high in chunks(len(features), ROWS_AT_ONCE):
        found, effect = strongest(contributions[low:high], group, len(group_names))
        mine = {place: values[low:high] for place, values in own_usual.items()}
        parts.append(_as_json(names, features[low:high], middle, found, effect, mine))
    return pa.concat_arrays(parts) if parts else pa.array([], pa.string())


def _middle(column: Array) -> float:
    known = column[np.isfinite(column)]
    return float(np.median(known)) if len(known) else float("nan")


def strongest(contributions: Array, group: Array, n_groups: int) -> tuple[Array, Array]:
    """(feature int64, effect float64), both [cases, 3]: the strongest groups' strongest feature and whole effect; -1 for none."""
    n_cases = len(contributions)
    effect = np.zeros((n_cases, n_groups))
    speaker = np.zeros((n_cases, n_groups), np.int64)
    for each in range(n_groups):
        members = np.flatnonzero(group == each)
        effect[:, each] = contributions[:, members].sum(axis=1)
        sign = np.where(effect[:, each] >= 0.0, 1.0, -1.0)
        speaker[:, each] = members[np.argmax(contributions[:, members] * sign[:, None], axis=1)] if n_cases else 0
    side = np.where(contributions.sum(axis=1) >= 0.0, 1.0, -1.0)
    order = np.argsort(-effect * side[:, None], axis=1, kind="stable")[:, :MOST_REASONS]
    chosen = np.take_along_axis(effect, order, axis=1)
    feature = np.where(chosen * side[:, None] >= SMALLEST_EFFECT, np.take_along_axis(speaker, order, axis=1), -1)
    return feature, chosen


def _as_json(
    names: tuple[str, ...], features: Array, middle: Array, found: Array, effect: Array, usual: Mapping[int, Array]
) -> pa.Array:
    named, rows = pa.array([*names, None], pa.string()), np.arange(len(features))
    texts = []
    for place in range(found.shape[1]):
        feature = found[:, place]
        words = [
            pa.scalar(', {"feature": "' if place else '{"feature": "'), named.take(_place(feature, len(names))),
            pa.scalar('", "value": '), _number(features[rows, feature]), pa.scalar(', "shop_value": '), _number(middle[feature]),
            _own(feature, usual), pa.scalar(', "effect": '), _number(effect[:, place]), pa.scalar("}"), pa.scalar(""),
        ]  # fmt: skip
        texts.append(pc.fill_null(pc.binary_join_element_wise(*words), ""))  # those without a reason come after all that have one
    return pc.binary_join_element_wise(pa.scalar("["), *texts, pa.scalar("]"), pa.scalar(""))


def _place(feature: Array, n_names: int) -> pa.Array:
    """Where a feature's name stands; after all names for none."""
    return pa.array(np.where(feature < 0, n_names, feature))


def _own(feature: Array, usual: Mapping[int, Array]) -> pa.Array:
    told = pa.array(np.full(len(feature), ""), pa.string())
    for place, values in usual.items():
        known = pa.array((feature == place) & np.isfinite(values))
        text = pc.binary_join_element_wise(pa.scalar(', "usual_value": '), _number(values), pa.scalar(""))
        told = pc.if_else(known, text, told)
    return told


def _number(values: Array) -> pa.Array:
    """Four digits as JSON; null where there is none."""
    values = np.asarray(values, np.float64)
    size = np.abs(values)
    ten = 10.0 ** np.clip(3.0 - np.floor(np.log10(np.where((size > 0.0) & np.isfinite(size), size, 1.0))), -300, 300)
    rounded = np.round(values * ten) / ten
    return pc.fill_null(pa.array(rounded, from_pandas=True).cast(pa.string()), "null")
