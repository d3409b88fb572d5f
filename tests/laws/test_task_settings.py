"""Laws on settings: every knob of every room is described, its default is within its range, and both ends of the range work."""

import pytest

from shopkeeper.core.errors import NotEnoughData, SettingError
from shopkeeper.core.registry import REGISTRY
from shopkeeper.core.settings import check, knobs

pytestmark = pytest.mark.slow

REGISTRY.discover()
KNOBS = [
    pytest.param(section, knob, id=f"{section}.{knob.name}")
    for section, kind in sorted(REGISTRY.sections.items())
    for knob in knobs(kind)
]
FIELDS = [
    pytest.param(answer.name, knob, id=f"{answer.name}.{knob.name}")
    for answer in REGISTRY.answers.values()
    for knob in knobs(answer.request)
]
HIGHEST = 1_000.0
"""What stands for the upper end of a knob that is bounded only by memory."""


@pytest.mark.parametrize(("place", "knob"), [*KNOBS, *FIELDS])
def test_a_knob_is_described(place, knob):
    assert knob.help
    assert not knob.help.endswith(".")
    assert knob.name == knob.name.lower()
    if not knob.required:
        assert check(knob, knob.default, place) == knob.default, "the default is within the range"
    if knob.low is not None and knob.high is not None:
        assert knob.low < knob.high


ENDS = [
    pytest.param(task, knob.name, end, id=f"{task.name}-{knob.name}-{end}")
    for task in REGISTRY.tasks.values()
    for knob in knobs(task.settings)
    for end in [
        *knob.choices,
        *((False, True) if knob.type is bool else ()),
        *(value for value in (knob.low, knob.high) if value is not None),
    ]
]


@pytest.mark.parametrize(("task", "name", "end"), ENDS)
def test_both_ends_of_a_range_work(task, name, end, learned, call):
    value = min(end, HIGHEST) if isinstance(end, int | float) and not isinstance(end, bool) else end
    try:
        result = call(learned, task, **{name: value})
    except (NotEnoughData, SettingError) as refused:
        assert refused.next
        return
    assert result.table.column_names == list(task.writes.names)


@pytest.mark.parametrize(("section", "knob"), KNOBS)
def test_a_misspelled_knob_names_the_right_one(section, knob, learned):
    if len(knob.name) < 4:
        pytest.skip("too short to be misspelled")
    with pytest.raises(SettingError) as caught:
        learned.settings(section, {knob.name[:-1] + "_": knob.default})
    assert caught.value.facts["nearest"]
    assert "did you mean" in caught.value.wanted
