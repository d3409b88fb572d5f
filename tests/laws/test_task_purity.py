"""Laws on manners: a task writes nothing but its result, leaves its inputs alone, says where it is and stops when told."""

import copy
import pickle
from contextlib import closing

import pytest

from shopkeeper.core.errors import Cancelled
from shopkeeper.core.progress import Watched
from shopkeeper.core.registry import REGISTRY

pytestmark = pytest.mark.slow

TASKS = [pytest.param(task, id=name) for name, task in sorted(REGISTRY.discover().tasks.items())]


@pytest.mark.parametrize("task", TASKS)
def test_a_task_writes_nothing_but_its_result(task, learned, call, contents):
    before = contents(learned)
    call(learned, task)
    assert contents(learned) == before


@pytest.mark.parametrize("task", TASKS)
def test_inputs_are_unchanged(task, learned):
    read = (*task.reads, *task.optional)
    settings = learned.settings(task.capability).values
    given = copy.deepcopy(settings)
    with closing(learned.view()) as view:
        held = {name: view.table(name) for name in read}
        digests = {name: pickle.dumps(table) for name, table in held.items()}
        task.function(view, settings)
        for name in read:
            assert pickle.dumps(held[name]) == digests[name], f"{name} as it was read before"
            assert sorted(map(str, view.table(name).to_pylist())) == sorted(map(str, held[name].to_pylist())), name
    assert settings == given


@pytest.mark.parametrize("task", TASKS)
def test_progress_goes_forward_from_0_to_1(task, learned):
    told = []
    with closing(
        learned.store.view(progress=Watched(lambda share, doing: told.append((share, doing))), results=learned._results())
    ) as view:
        task.function(view, learned.settings(task.capability).values)
    shares = [share for share, _ in told]
    assert shares, "long work says where it is"
    assert shares == sorted(shares), told
    assert all(doing for _, doing in told)
    assert 0 <= shares[0] <= shares[-1] <= 1


@pytest.fixture(scope="module")
def stopped(world, make_shop):
    """A shop of its own, since even a stopped run is recorded."""
    shop = make_shop(world.tables)
    shop.learn(sorted(REGISTRY.tasks))
    return shop


@pytest.mark.parametrize("task", TASKS)
def test_stopped_work_leaves_nothing(task, stopped, contents):
    before = contents(stopped)
    in_service = stopped.store.models.current(task.name)
    with pytest.raises(Cancelled):
        stopped.run(task.name, force=True, progress=Watched(lambda share, doing: None, should_stop=lambda: True))
    newest = stopped.runs(task.name)[0]
    assert newest.state == "cancelled"
    assert contents(stopped).replace(f'"{newest.run_id}", ', "") == before, "only the record of the cancelled run was added"
    now = stopped.store.models.current(task.name)
    assert (now and now.version) == (in_service and in_service.version)
