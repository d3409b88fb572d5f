"""Settings: layers, where each value came from, ranges, and errors that name the nearest right name."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopkeeper.core.errors import SettingError
from shopkeeper.core.settings import check, knobs, resolve, setting


@dataclass(frozen=True)
class Example:
    horizon_days: int = setting(28, "how far ahead", unit="days", low=1, high=365)
    decay: float = setting(0.5, "how fast", low=0.0)
    method: str = setting("als", "which way", choices=("als", "bpr"))
    watched: bool = setting(False, "whether watched")
    exclude: tuple[str, ...] = setting((), "what to leave out")
    limit: float | None = setting(None, "upper bound", high=10)


@dataclass(frozen=True)
class Request:
    customer: str
    n: int = setting(10, "how many", low=1, high=100)


KNOBS = {knob.name: knob for knob in knobs(Example)}


def test_defaults_hold_without_layers():
    resolved = resolve("demand", Example, [])
    assert resolved.values == Example()
    assert resolved.changes == ()


def test_later_layers_win_and_changes_say_who():
    resolved = resolve(
        "demand", Example, [("shop.toml", {"horizon_days": 14, "decay": 0.9}), ("command line", {"horizon_days": "7"})]
    )
    assert resolved.values == Example(horizon_days=7, decay=0.9)
    assert [(change.name, change.value, change.default, change.origin) for change in resolved.changes] == [
        ("decay", 0.9, 0.5, "shop.toml"),
        ("horizon_days", 7, 28, "command line"),
    ]


def test_a_value_set_to_its_default_is_no_change():
    assert resolve("demand", Example, [("shop.toml", {"horizon_days": 28})]).changes == ()


def test_the_hash_follows_the_values_only():
    by_file, by_hand = (resolve("demand", Example, [(origin, {"decay": 0.9})]) for origin in ("shop.toml", "command line"))
    assert by_file.hash == by_hand.hash != resolve("demand", Example, []).hash
    assert len(by_file.hash) == 12


def test_a_misspelled_name_tells_the_nearest():
    with pytest.raises(SettingError) as caught:
        resolve("demand", Example, [("shop.toml", {"horizon_day": 3})])
    assert caught.value.what == "'demand' has no setting 'horizon_day' (shop.toml)."
    assert caught.value.wanted == "did you mean 'horizon_days'?"
    assert caught.value.facts["nearest"] == "horizon_days"


def test_a_name_near_nothing_lists_them_all():
    with pytest.raises(SettingError, match="one of decay, exclude, horizon_days, limit, method, watched"):
        resolve("demand", Example, [("shop.toml", {"qqqq": 3})])


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("horizon_days", "14", 14), ("horizon_days", 14.0, 14), ("horizon_days", 1, 1), ("horizon_days", 365, 365),
        ("decay", "0.25", 0.25), ("decay", 3, 3.0), ("method", "bpr", "bpr"),
        ("watched", "yes", True), ("watched", "off", False), ("watched", True, True),
        ("exclude", "a, b", ("a", "b")), ("exclude", ["a", "b"], ("a", "b")), ("exclude", " , ", ()),
        ("limit", "2.5", 2.5), ("limit", None, None), ("horizon_days", None, 28),
    ],
)  # fmt: skip
def test_values_are_read(name, raw, value):
    assert check(KNOBS[name], raw, where=name) == value
    assert type(check(KNOBS[name], raw, where=name)) is type(value)


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("horizon_days", 0), ("horizon_days", 366), ("horizon_days", "soon"), ("horizon_days", 1.5), ("horizon_days", True),
        ("decay", -0.1), ("decay", "nan"), ("decay", float("nan")), ("decay", []), ("method", "svd"), ("method", 3.5),
        ("method", True), ("watched", "perhaps"), ("watched", 1), ("limit", 11),
        ("horizon_days", float("inf")), ("horizon_days", float("nan")), ("exclude", 5), ("exclude", {"a": 1}),
        ("decay", 10**400),
    ],
)  # fmt: skip
def test_bad_values_are_setting_errors(name, raw):
    with pytest.raises(SettingError) as caught:
        check(KNOBS[name], raw, where=f"demand.{name} (test)")
    assert caught.value.what == f"demand.{name} (test) cannot be {raw!r}."
    assert caught.value.next.startswith(name)


def test_one_bad_value_in_a_list_is_named():
    with pytest.raises(SettingError) as caught:
        check(KNOBS["exclude"], ["good", "half a character: \ud800"], where="demand.exclude")
    assert caught.value.got == r"'half a character: \ud800'"
    assert caught.value.wanted == "a list of values, each text"


def test_the_words_name_the_range():
    with pytest.raises(SettingError) as caught:
        check(KNOBS["horizon_days"], 1000, where="x")
    assert caught.value.wanted == "a whole number, 1 to 365 days"


def test_a_required_value_cannot_be_missing():
    (customer, _) = knobs(Request)
    assert customer.required
    with pytest.raises(SettingError):
        check(customer, None, where="customer")


def test_ranges_in_words():
    assert [KNOBS[name].range for name in ("horizon_days", "decay", "method", "watched", "limit")] == [
        "1 to 365 days",
        "at least 0",
        "als or bpr",
        "",
        "at most 10",
    ]


def test_knobs_know_lists_and_options():
    assert KNOBS["exclude"].many
    assert KNOBS["exclude"].type is str
    assert KNOBS["limit"].type is float
    assert not KNOBS["limit"].required


@given(
    st.sampled_from(sorted(KNOBS)),
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(),
        st.lists(st.text()),
        st.dictionaries(st.text(), st.text()),
    ),
)
def test_whatever_is_given_it_is_a_value_or_a_setting_error(name, raw):
    knob = KNOBS[name]
    try:
        value = check(knob, raw, where=name)
    except SettingError:
        return
    assert check(knob, value, where=name) == value
