from dataclasses import dataclass

import pytest

from shopkeeper.capabilities.recommend.judging.search import Trial, search


@dataclass(frozen=True)
class Place:
    """Where we stand."""

    x: int = 0
    y: int = 0


CHOICES = {"x": tuple(range(10)), "y": tuple(range(10))}


class Hill:
    """Highest at (6, 3); remembers where it was asked."""

    def __init__(self, stop_after=10**9):
        self.asked, self.stop_after = [], stop_after

    def __call__(self, place):
        if len(self.asked) == self.stop_after:
            raise KeyboardInterrupt
        self.asked.append(place)
        return 100.0 / (1.0 + abs(place.x - 6) + abs(place.y - 3))


def test_it_climbs_one_parameter_after_the_other():
    hill = Hill()
    found = search(hill, (Place(), Place(2, 8)), CHOICES, n_trials=100)
    assert found.parameters == Place(6, 3)
    assert found.value == 100.0
    assert found.is_finished
    assert [trial.parameters for trial in found.trials] == hill.asked
    assert len(set(hill.asked)) == len(hill.asked)


def test_it_ends_by_trials_or_by_time():
    hill = Hill()
    found = search(hill, (Place(),), CHOICES, n_trials=4)
    assert (len(found.trials), len(hill.asked), found.is_finished) == (4, 4, False)
    assert len(search(Hill(), (Place(),), CHOICES, n_trials=100, seconds=0.0).trials) == 1, "at least one"


@pytest.mark.parametrize("n_before", [1, 3, 7])
def test_what_goes_on_ends_where_it_would_have(n_before):
    whole = search(Hill(), (Place(),), CHOICES, n_trials=12)
    first = search(Hill(), (Place(),), CHOICES, n_trials=n_before)
    later = Hill()
    again = search(later, (Place(),), CHOICES, n_trials=12, known=first.trials)
    assert again == whole
    assert len(later.asked) == 12 - n_before


def test_known_trials_need_no_time():
    first = search(Hill(), (Place(),), CHOICES, n_trials=5)
    never = Hill(stop_after=0)
    again = search(never, (Place(),), CHOICES, n_trials=50, seconds=0.0, known=first.trials)
    assert (again.trials, again.parameters) == (first.trials, first.parameters)


def test_what_is_not_allowed_is_passed_over():
    hill = Hill()
    found = search(hill, (Place(9, 9), Place()), CHOICES, n_trials=100, allowed=lambda place: place.x <= 4)
    assert found.parameters == Place(4, 3)
    assert all(place.x <= 4 for place in hill.asked)


def test_a_step_must_pay():
    flat = search(lambda place: 1.0 + 1e-4 * place.x, (Place(),), CHOICES, n_trials=100)
    assert flat.parameters == Place()


def test_nothing_allowed_gives_the_first_start():
    found = search(Hill(), (Place(1, 1),), CHOICES, n_trials=5, allowed=lambda place: False)
    assert (found.parameters, found.trials) == (Place(1, 1), ())


def test_known_trials_may_be_all():
    known = (Trial(Place(), 1.0),)
    assert search(Hill(stop_after=0), (Place(),), CHOICES, n_trials=1, known=known).trials == known
