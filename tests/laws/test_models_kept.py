"""Laws on what is kept: a saved model answers as before, in another shop object, another folder and after a restart."""

import shutil
from contextlib import closing

import pytest

from shopkeeper.core.registry import REGISTRY
from shopkeeper.core.settings import knobs
from shopkeeper.shop import Shop

pytestmark = pytest.mark.slow

ANSWERS = [pytest.param(answer, id=name) for name, answer in sorted(REGISTRY.discover().answers.items())]
MODELS = [pytest.param(task, id=name) for name, task in sorted(REGISTRY.tasks.items()) if task.load is not None]
IDS = ("c000001", "c000042", "p000003", "p000040", "nobody")


def replies(shop, answer, with_group):
    bodies = []
    for name in IDS:
        request = with_group(answer, {knob.name: name for knob in knobs(answer.request) if knob.required})
        body = shop.answers.ask(answer.name, request)
        bodies.append({field: value for field, value in body.items() if field != "decision_id"})
    return bodies


@pytest.mark.parametrize("answer", ANSWERS)
def test_loading_twice_gives_the_same_answers(answer, learned, with_group):
    task = REGISTRY.task(answer.uses)
    current = learned.store.models.current(task.name)
    with closing(learned.view()) as view:
        models = [task.load(current.path, view) for _ in range(2)]
    for name in IDS:
        request = answer.request(**with_group(answer, {knob.name: name for knob in knobs(answer.request) if knob.required}))
        first, second = (answer.function(model, request).body for model in models)
        assert first == second


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_restart_changes_no_answer(answer, learned, with_group):
    before = replies(learned, answer, with_group)
    with Shop.open(learned.folder) as again:
        assert replies(again, answer, with_group) == before


@pytest.fixture(scope="module")
def copied(learned, tmp_path_factory):
    learned.answers.flush()
    folder = tmp_path_factory.mktemp("copy") / "elsewhere"
    learned.store.backup(folder)
    with Shop.open(folder) as shop:
        yield shop


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_copy_gives_the_same_answers(answer, learned, copied, with_group):
    assert replies(copied, answer, with_group) == replies(learned, answer, with_group)


@pytest.mark.parametrize("task", MODELS)
def test_what_is_kept_is_never_a_pickle(task, learned):
    folder = learned.store.models.current(task.name).path
    kept = [path for path in folder.rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        assert path.suffix in {".json", ".npy", ".npz", ".safetensors", ".txt", ".onnx"}, path.name
        assert path.read_bytes()[:1] != b"\x80", f"{path.name} begins like a pickle"


@pytest.mark.parametrize("task", MODELS)
def test_a_card_says_from_what_it_was_made(task, learned):
    card = learned.store.models.current(task.name).card
    assert {"task", "as_of", "settings_hash", "code_version"} <= set(card)
    assert card["task"] == task.name


@pytest.mark.parametrize("task", MODELS)
def test_a_damaged_model_is_an_error_that_says_so(task, learned, tmp_path):
    from shopkeeper.core.errors import ShopkeeperError

    folder = tmp_path / "broken"
    shutil.copytree(learned.store.models.current(task.name).path, folder)
    arrays = sorted(folder.glob("*.npy"))
    for path in arrays:
        path.write_bytes(path.read_bytes()[:16])
    with closing(learned.view()) as view, pytest.raises(ShopkeeperError):
        task.load(folder, view)
