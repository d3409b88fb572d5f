import dataclasses
import json

import numpy as np
import pytest

from shopkeeper.capabilities.recommend.judging import tuning
from shopkeeper.capabilities.recommend.judging.material import material
from shopkeeper.capabilities.recommend.judging.search import Trial
from shopkeeper.capabilities.recommend.judging.tuning import best_of, best_trials
from shopkeeper.capabilities.recommend.methods.every import METHODS
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.capabilities.recommend.tasks import tune
from shopkeeper.core.errors import Cancelled
from shopkeeper.core.progress import Silent, Watched

BRIEF = RecommendSettings(evaluated_methods="item_graph", tune_trials=12)


class StopsAt:
    """Somebody who watches, and stops the work at the n-th trial; Ctrl-C or a canceled job."""

    def __init__(self, trial, error=Cancelled):
        self.trial, self.error, self.told = trial, error, []

    def step(self, share, doing):
        self.told.append((share, doing))
        if doing.startswith(f"trial {self.trial}:"):
            raise KeyboardInterrupt if self.error is KeyboardInterrupt else Cancelled("Stopped.", got="", wanted="", next="")


@pytest.fixture
def counted(monkeypatch):
    """Every parameters that were really tried."""
    made = []

    class Counted(tuning.Reach):
        def __call__(self, parameters):
            made.append(parameters)
            return super().__call__(parameters)

    monkeypatch.setattr(tuning, "Reach", Counted)
    return made


@pytest.fixture(scope="module")
def whole(tastes, view_of):
    return tune(view_of(tastes), BRIEF)


def test_it_keeps_every_trial_and_marks_the_best(whole):
    rows = whole.table.to_pylist()
    assert [row["trial"] for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) == len({row["parameters"] for row in rows}) == 12
    best = [row for row in rows if row["is_best"]]
    assert len(best) == 1
    assert best[0]["value"] >= rows[0]["value"]
    assert not whole.is_partial
    assert f"{best[0]['value']:.4f}" in whole.headline


@pytest.mark.parametrize("error", [Cancelled, KeyboardInterrupt])
@pytest.mark.parametrize("trial", [2, 6, 11])
def test_stopped_and_continued_is_as_if_it_had_not_been_stopped(trial, error, tastes, view_of, whole, counted):
    stopped = tune(view_of(tastes, progress=StopsAt(trial, error)), BRIEF)
    assert stopped.is_partial
    assert "run it again to go on" in stopped.headline
    assert stopped.table.num_rows == trial - 1
    card = json.loads(json.dumps(stopped.card))  # as the store keeps it
    again = tune(view_of(tastes, in_service=card), BRIEF)
    assert len(counted) == len(set(counted)) == 12, "no trial is made twice"
    assert again.table.equals(whole.table)
    assert (again.card, again.headline, again.is_partial) == (whole.card, whole.headline, False)


def test_stopped_twice_and_continued(tastes, view_of, whole, counted):
    card = None
    for trial in (3, 7):
        card = tune(view_of(tastes, progress=StopsAt(trial), in_service=card), BRIEF).card
    assert tune(view_of(tastes, in_service=card), BRIEF).table.equals(whole.table)
    assert len(counted) == len(set(counted))


def test_stopped_before_the_first_trial_is_stopped(tastes, view_of):
    for error in (Cancelled, KeyboardInterrupt):
        with pytest.raises(error):
            tune(view_of(tastes, progress=StopsAt(1, error)), BRIEF)


def test_stopped_while_going_on_before_anything_new_keeps_the_old(tastes, view_of, whole):
    partial = tune(view_of(tastes, progress=StopsAt(4)), BRIEF)
    with pytest.raises(Cancelled):  # the model in service stays, with its trials
        tune(view_of(tastes, progress=StopsAt(4), in_service=partial.card), BRIEF)


def test_out_of_time_is_partial_and_goes_on(tastes, view_of, whole, counted):
    short = RecommendSettings(evaluated_methods="item_graph", tune_trials=12, tune_minutes=0)
    first = tune(view_of(tastes), short)
    assert first.is_partial
    assert first.table.num_rows == 1, "at least one trial, however short"
    assert tune(view_of(tastes, in_service=first.card), BRIEF).table.equals(whole.table)


def test_more_trials_go_on_from_fewer(tastes, view_of, whole, counted):
    few = tune(view_of(tastes), RecommendSettings(evaluated_methods="item_graph", tune_trials=5))
    assert not few.is_partial
    assert tune(view_of(tastes, in_service=few.card), BRIEF).table.equals(whole.table)
    assert len(counted) == 12


def test_new_data_begin_at_the_earlier_best(tastes, view_of, whole, counted):
    fewer = {**tastes, "interactions": tastes["interactions"][:-50]}
    tune(view_of(fewer, in_service=whole.card), BRIEF)
    best = next(row for row in whole.table.to_pylist() if row["is_best"])
    assert vars(counted[0]) == json.loads(best["parameters"])


def test_trials_belong_to_the_same_exam_and_not_to_the_process(tastes, view_of):
    """What a process may order otherwise (the words of texts) does not say that the data are others."""

    def key(seed=0, **changes):
        given = material(view_of(tastes, seed=seed), BRIEF, Silent())
        given = dataclasses.replace(given, products=dataclasses.replace(given.products, **changes))
        return tuning._key(given, given.validation())

    same = key()
    assert key() == same
    assert key(text_term=np.array([7])) == same
    assert key(seed=1) != same
    assert key(price=np.full(61, 2.0, np.float32)) != same


def test_progress_goes_forward_and_tells_the_best_so_far(tastes, view_of):
    told = []
    tune(view_of(tastes, progress=Watched(lambda share, doing: told.append((share, doing)))), BRIEF)
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert "best so far: item graph, NDCG@10 0." in told[-1][1]


def test_the_best_are_read_from_the_table(tastes, view_of, whole):
    found = best_trials(view_of({"recommend_trials": whole.table}))
    assert set(found) == {"item_graph"}
    assert isinstance(found["item_graph"], type(METHODS["item_graph"].starts[0]))
    assert best_trials(view_of({})) == {}


def test_a_better_trial_must_pay():
    trials = [Trial("a", 1.0), Trial("b", 1.005), Trial("c", 1.02), Trial("d", 1.021)]
    assert best_of(trials).parameters == "c"
