"""The law of the hot path: once started, asking touches no disk and no database, and many may ask at once."""

import sqlite3
import sys
import threading
from pathlib import Path

import pytest

from shopkeeper.core.registry import REGISTRY
from shopkeeper.core.settings import knobs
from shopkeeper.shop import Shop

ANSWERS = [pytest.param(answer, id=name) for name, answer in sorted(REGISTRY.discover().answers.items())]
DISK = ("open", "os.open", "sqlite3.connect", "os.listdir", "os.scandir", "os.remove", "os.rename", "os.mkdir", "mmap.__new__")
ACCOUNT = Path("/proc/thread-self/io")
asking = threading.local()


def _watch(event, arguments):
    if getattr(asking, "touched", None) is not None and (event in DISK or event.startswith("shutil.")):
        asking.touched.append((event, str(arguments[0])[:200] if arguments else ""))


sys.addaudithook(_watch)


@pytest.fixture(scope="module")
def started(learned):
    """The learned shop, opened once more as a server does."""
    with Shop.open(learned.folder) as shop:
        shop.answers.start()
        yield shop


def examples(answer):
    """Some requests: known, unknown, and with every field at its default or set."""
    texts = ["c000001", "p000003", "nobody", "s000002", ""]
    found = []
    for text in texts:
        request = {}
        for knob in knobs(answer.request):
            if knob.required:
                request[knob.name] = text
            elif knob.type is str and not knob.choices and knob.name != "as_rules":
                request[knob.name] = (text,) if knob.many else text
        found += [
            request,
            {name: value for name, value in request.items() if name in {k.name for k in knobs(answer.request) if k.required}},
        ]
    return found


def n_calls_to_disk(work):
    """Read and write calls that this thread makes in ``work``, those of reading the account taken off."""

    def account():
        return sum(int(line.split()[1]) for line in ACCOUNT.read_text().splitlines() if line.startswith("sysc"))

    account()
    start = account()
    own = account() - start
    start = account()
    work()
    return account() - start - own


@pytest.mark.parametrize("answer", ANSWERS)
def test_asking_opens_nothing(answer, started, with_group):
    requests = [with_group(answer, request) for request in examples(answer)]
    for request in requests:
        started.answers.ask(answer.name, request)
    asking.touched = []
    try:
        for request in requests:
            started.answers.ask(answer.name, request)
        touched = asking.touched
    finally:
        asking.touched = None
    assert touched == []


@pytest.mark.skipif(not ACCOUNT.exists(), reason="the kernel keeps no account of a thread's reading and writing here")
@pytest.mark.parametrize("answer", ANSWERS)
def test_asking_neither_reads_nor_writes(answer, started, with_group):
    """Also through what is open already: a query on a connection would count."""
    requests = [with_group(answer, request) for request in examples(answer)]

    def ask():
        for request in requests * 5:
            started.answers.ask(answer.name, request)

    ask()
    assert n_calls_to_disk(ask) == 0


def test_the_watch_sees_a_touch(tmp_path, started):
    """Both laws above can fail."""
    asking.touched = []
    (tmp_path / "x").write_text("x")
    sqlite3.connect(tmp_path / "y").close()
    touched, asking.touched = asking.touched, None
    assert {event for event, _ in touched} >= {"open", "sqlite3.connect"}
    if ACCOUNT.exists():
        assert n_calls_to_disk(lambda: started.store.models.current(next(iter(REGISTRY.tasks)))) + n_calls_to_disk(
            lambda: (tmp_path / "x").read_text()
        )


@pytest.mark.parametrize("answer", ANSWERS)
def test_many_may_ask_at_once(answer, started, with_group):
    requests = [with_group(answer, request) for request in examples(answer)]

    def said(request):
        body = started.answers.ask(answer.name, request)
        return {name: value for name, value in body.items() if name != "decision_id"}

    expected = [said(request) for request in requests]
    wrong: list[object] = []

    def ask(turn):
        for n in range(100):
            place = (n * 7 + turn) % len(requests)
            body = said(requests[place])
            if body != expected[place]:
                wrong.append((requests[place], body, expected[place]))

    threads = [threading.Thread(target=ask, args=(turn,)) for turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong, wrong[0]
