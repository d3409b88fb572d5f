"""The ranking benchmark's one command on small made-up data: three protocols, odd columns, ties, and what it says of bad files."""

import argparse
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.ranking import one, peers, prepare, run
from benchmarks.ranking.data import PURCHASE, VIEW, read
from benchmarks.ranking.judging import Judge
from benchmarks.ranking.protocols import PROTOCOLS, validation_all, validation_next, validation_sessions
from benchmarks.ranking.protocols import test_all as all_asked
from benchmarks.ranking.protocols import test_next as next_asked
from benchmarks.ranking.protocols import test_sessions as sessions_asked
from shopkeeper.capabilities.recommend.methods.method import Lists
from shopkeeper.capabilities.recommend.methods.popularity import Parameters as Fading
from shopkeeper.core.errors import ImportProblem, NotEnoughData, ShopkeeperError, UnknownName

pytestmark = pytest.mark.slow

N_CUSTOMERS, N_PRODUCTS = 60, 30


def write(folder: Path, train: dict, test: dict) -> Path:
    for name, columns in (("train", train), ("test", test)):
        pq.write_table(pa.table(columns), folder / f"{name}.parquet")
    return folder


def walks(folder: Path, *, text: bool = False, moments: bool = False, seed: int = 0) -> Path:
    """Customers go from one product to the next one, mostly; the last two steps are the test."""
    random = np.random.default_rng(seed)
    customer, product, at = [], [], []
    for number in range(N_CUSTOMERS):
        steps = random.integers(0, N_PRODUCTS) + np.cumsum(np.where(random.random(9) < 0.85, 1, random.integers(2, 9, 9)))
        customer += [number] * 9
        product += (steps % N_PRODUCTS).tolist()
        at += (1_700_000_000 + 86_400 * np.arange(9) + number).tolist()
    is_test = np.tile(np.arange(9) >= 7, N_CUSTOMERS)
    columns = {
        "customer_id": np.array([f"käufer {c}" for c in customer]) if text else np.array(customer),
        "product_id": np.array([f"产品{p:02}" for p in product]) if text else np.array(product),
        **({"at": np.array(at)} if moments else {}),
    }
    columns = {name: pa.array(values.tolist()) for name, values in columns.items()}
    chosen = {name: [values.filter(pa.array(kept)) for kept in (~is_test, is_test)] for name, values in columns.items()}
    return write(folder, {name: pair[0] for name, pair in chosen.items()}, {name: pair[1] for name, pair in chosen.items()})


def given(folder: Path, protocol: str, method: str = "item_graph", **others) -> argparse.Namespace:
    values = {"minutes": 1e9, "trials": 2, "cases": 10_000, "memory_gb": 1.0, "seed": 0, "verbose": False}
    return argparse.Namespace(data=folder, protocol=protocol, method=method, **{**values, **others})


EVERY = [(protocol, text) for protocol in ("next", "all", "sessions") for text in (False, True)]


@pytest.mark.parametrize(
    ("protocol", "text"), [case if case == ("sessions", True) else pytest.param(*case, marks=pytest.mark.slow) for case in EVERY]
)
def test_the_graph_finds_where_customers_go(protocol, text, tmp_path):
    walks(tmp_path, text=text, moments=protocol == "all")
    facts, ours = one.run(given(tmp_path, protocol))
    _, naive = one.run(given(tmp_path, protocol, "popularity"))
    chooses = PROTOCOLS[protocol].measures[-1]
    assert ours[chooses].mean() > 2 * naive[chooses].mean()
    assert facts["n_questions"] == N_CUSTOMERS
    assert all(facts[name] > 0 for name in ("learn_seconds", "answer_ms", "peak_mb", "validation", "n_trials"))
    again, repeated = one.run(given(tmp_path, protocol))
    assert again["parameters"] == facts["parameters"]
    assert all(np.array_equal(repeated[name], ours[name]) for name in ours)


def test_the_order_of_ids_says_nothing(tmp_path):
    """Products are numbered at random: text or whole numbers, another seed numbers them otherwise."""
    walks(tmp_path)
    first, other = (read(tmp_path, by_session=False, seed=seed) for seed in (0, 1))
    assert not np.array_equal(first.train.product, other.train.product)
    assert first.n_products == other.n_products == N_PRODUCTS


def data_of(
    folder: Path, train: list[tuple], test: list[tuple], *, by_session: bool = False, names=("customer_id", "product_id")
):
    columns = [{name: [row[n] for row in rows] for n, name in enumerate(names)} for rows in (train, test)]
    return read(write(folder, *columns), by_session=by_session)


def test_one_more_than_the_past_is_wanted_next(tmp_path):
    data = data_of(tmp_path, [(1, "a"), (1, "b"), (2, "b"), (2, "c"), (2, "a")] * 1, [(1, "c"), (2, "d"), (3, "a")])
    stage = next_asked(data, 0)
    assert stage.n_targets.tolist() == [1, 1, 1], "an unknown product and a customer without history are asked too"
    assert np.diff(stage.starts).tolist() == [1, 0, 1]
    assert np.diff(stage.past.starts).tolist() == [2, 3, 0]


def test_validation_next_leaves_out_the_last_and_what_follows(tmp_path):
    rows = [(c, f"p{c}{n}") for c in range(6) for n in range(4)]
    data = data_of(tmp_path, rows, [(c, "p00") for c in range(6)])
    stage = validation_next(data, 100, 0)
    last = data.train.product[3::4]
    assert stage.target.tolist() == last.tolist()
    assert not np.isin(stage.known.log.product, last).any()
    assert np.diff(stage.past.starts).tolist() == [3] * 6


def test_only_what_the_test_asks_for_is_wanted(tmp_path):
    """Where the test holds purchases, the last purchase is the validation, not the look that came after it."""
    rows = [(c, f"p{c}{n}", "buy" if n == 2 else "click", 10 * n) for c in range(6) for n in range(4)]
    names = ("customer_id", "product_id", "event", "at")
    data = data_of(tmp_path, rows, [(c, "p00", "buy", 99) for c in range(6)], names=names)
    assert set(data.train.kind.tolist()) == {PURCHASE, VIEW}
    stage = validation_next(data, 100, 0)
    assert stage.target.tolist() == data.train.product[2::4].tolist()
    assert np.diff(stage.past.starts).tolist() == [2] * 6, "nothing later is known"
    assert stage.known.log.at.max() == 10 * 1e6


def test_validation_all_holds_out_as_large_a_share_as_the_test(tmp_path):
    rows = [(c, f"p{n}", 100 * n) for c in range(8) for n in range(8)]
    names = ("customer_id", "product_id", "at")
    data = data_of(tmp_path, rows, [(c, f"q{n}", 10_000 + n) for c in range(8) for n in range(2)], names=names)
    stage = validation_all(data, 100, 0)
    assert stage.n_targets.tolist() == [2] * 8
    last = set(data.train.product[:8][-2:].tolist())
    assert set(stage.target.tolist()) == last, "the newest two of each"
    assert np.diff(stage.past.starts).tolist() == [6] * 8


def test_what_the_customer_had_cannot_be_wanted_of_all(tmp_path):
    data = data_of(tmp_path, [(1, "a"), (1, "b"), (2, "a"), (2, "c")], [(1, "a"), (1, "c"), (1, "c"), (1, "zzz"), (2, "c")])
    stage = all_asked(data, 0)
    assert stage.customer.tolist() == [np.unique(data.train.customer)[0]]
    assert stage.n_targets.tolist() == [2], "c once, and what nobody knows"


def test_each_next_click_is_asked_of_what_came_before_it(tmp_path):
    data = data_of(
        tmp_path, [(c, p, c) for c in range(20) for p in "abcd"],
        [(100, "a", 100), (100, "b", 100), (100, "zzz", 100), (100, "a", 100), (101, "b", 101)],
        by_session=True, names=("session_id", "product_id", "customer_id"),
    )  # fmt: skip
    stage = sessions_asked(data, 0)
    assert stage.customer.tolist() == [-1, -1, -1]
    assert stage.n_targets.tolist() == [1, 1, 1]
    assert len(stage.target) == 2, "a click on what nobody knows cannot be found"
    assert np.diff(stage.past.starts).tolist() == [1, 2, 2], "and says nothing"
    validation = validation_sessions(data, 100, 0)
    assert len(validation.customer) == 2 * 3, "as many sessions as the test has"
    assert validation.known.log.at.max() < 4 * 18


def test_ties_count_against(tmp_path):
    rows = [(0, "a"), (1, "a"), (1, "b"), *((c, p) for c in (2, 3) for p in "abcd")]
    data = data_of(tmp_path, rows, [(0, "b"), (1, "c"), (4, "d")])
    stage = next_asked(data, 0)
    judge, questions = Judge(PROTOCOLS["next"], stage, Fading()), stage.questions(-1.0)

    def judged(product, score):
        lists = Lists(np.full((3, judge.depth), -1, np.int32), np.zeros((3, judge.depth), np.float32))
        lists.product[:, : product.shape[1]], lists.score[:, : product.shape[1]] = product, score
        return judge.measures(lists, questions)["NDCG@10"]

    # Popularity fills: b is had by 3, c and d by 2 each, and nobody knows which of them comes first.
    filled = judged(np.empty((3, 0), np.int32), 0.0)
    assert filled == pytest.approx([1.0, 1 / np.log2(3), 1 / np.log2(5)])
    wanted = data.test.product
    two = np.stack((wanted, (wanted + 1) % data.n_products), axis=1)
    assert judged(two, [7.0, 7.0]) == pytest.approx([1 / np.log2(3)] * 3), "second, though listed first"
    assert judged(two, [8.0, 7.0]) == pytest.approx([1.0] * 3)


ODD = {
    "duplicate rows": lambda: ([(c, f"p{n}") for c in range(12) for n in (c % 5, c % 5, 6, 7)], [(c, "p1") for c in range(12)]),
    "one product": lambda: ([(c, "p") for c in range(12) for _ in range(3)], [(c, "p") for c in range(12)]),
    "customers only in the test": lambda: (
        [(c, f"p{n}") for c in range(12) for n in range(3)],
        [(c + 50, "p1") for c in range(12)],
    ),
    "only unknown products": lambda: ([(c, f"p{n}") for c in range(12) for n in range(3)], [(c, "new") for c in range(12)]),
}


@pytest.mark.parametrize("protocol", ["next", "all", "sessions"])
@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("method", ["item_graph", "popularity"])
def test_odd_data_are_measured(name, protocol, method, tmp_path):
    train, test = ODD[name]()
    columns = [{"customer_id": [c for c, _ in rows], "product_id": [p for _, p in rows]} for rows in (train, test + test[:1])]
    write(tmp_path, *columns)
    try:
        facts, measures = one.run(given(tmp_path, protocol, method, trials=1))
    except NotEnoughData as refused:
        assert refused.next
        return
    if "note" in facts:
        assert facts["note"].endswith(".")
        return
    assert all(np.isfinite(values).all() and (values >= 0).all() and (values <= 1).all() for values in measures.values())
    if name == "only unknown products":
        assert all(values.sum() == 0 for values in measures.values())


@pytest.mark.parametrize(
    ("train", "words"),
    [
        ({"customer_id": [1, 2]}, "product_id"),
        ({"user": [1, 2], "product_id": [1, 2]}, "customer_id"),
        ({"customer_id": [1, 2], "product_id": [1, 2], "at": [1, None]}, "moments are missing"),
        ({"customer_id": [1, 2], "product_id": [1, 2], "at": ["soon", "later"]}, "at cannot be read"),
        ({"customer_id": pa.array([], pa.int64()), "product_id": pa.array([], pa.int64())}, "nothing to learn from"),
        ({"customer_id": [1, 2], "product_id": [1, 2]}, "too small"),
    ],
)
def test_bad_files_are_told(train, words, tmp_path, capsys):
    write(tmp_path, train, {"customer_id": [1], "product_id": [2]})
    code = run.main(["--data", str(tmp_path), "--protocol", "next", "--no-peers"])
    told = capsys.readouterr().err
    assert code != 0
    assert words in told
    assert all(part in told for part in ("Got:", "Wanted:", "Next:"))


def test_a_missing_file_and_a_wrong_name_are_told(tmp_path, capsys):
    with pytest.raises(ImportProblem):
        read(tmp_path, by_session=False)
    assert run.main(["--data", str(tmp_path), "--protocol", "all", "--methods", "item_grahp"]) == UnknownName.exit_code
    assert "item_graph" in capsys.readouterr().err


@pytest.mark.parametrize("unit", [1, 1000, 1_000_000])
def test_moments_in_any_unit_are_the_same(unit, tmp_path):
    at = (np.array([1_700_000_000, 1_700_000_060]) * unit).tolist()
    write(tmp_path, {"customer_id": [1, 1], "product_id": [1, 2], "at": at}, {"customer_id": [1], "product_id": [1]})
    data = read(tmp_path, by_session=False)
    assert data.train.at.tolist() == [1_700_000_000_000_000, 1_700_000_060_000_000]
    assert data.test.at[0] > data.train.at[-1], "a test without moments comes after train"


def test_rows_without_customer_or_product_are_dropped_and_counted(tmp_path):
    write(
        tmp_path, {"customer_id": ["a", None, "b"], "product_id": [1.0, 2.0, None]}, {"customer_id": ["a"], "product_id": ["1"]}
    )
    data = read(tmp_path, by_session=False)
    assert (len(data.train), data.dropped_rows) == (1, 2)
    assert data.test.product.tolist() == [0], "1.0 and '1' are the same product"


@pytest.mark.filterwarnings("ignore")  # what other libraries warn of is their own affair
@pytest.mark.parametrize("name", sorted(peers.PEERS))
def test_peers_are_asked_the_same(name, tmp_path):
    library, method = peers.PEERS[name]
    pytest.importorskip(library)
    if name in peers.ONLY_WHEN_NAMED:
        pytest.skip("takes too long")
    walks(tmp_path)
    facts, measures = one.run(given(tmp_path, "next", name, trials=1))
    assert facts["title"] == method.title
    assert measures["NDCG@10"].shape == (N_CUSTOMERS,)


def test_the_command_writes_the_whole_result(tmp_path, capsys):
    walks(tmp_path)
    arguments = ["--data", str(tmp_path), "--protocol", "next", "--methods", "item_graph,implicit_cosine", "--no-peers"]
    pytest.importorskip("implicit")
    assert run.main([*arguments, "--trials", "2", "--copy", str(tmp_path / "copy.json")]) == 0
    result = json.loads((tmp_path / "result.json").read_text())
    assert json.loads((tmp_path / "copy.json").read_text()) == result
    assert [facts["side"] for facts in result["methods"]] == ["naive", "own", "peer"]
    ours = result["methods"][1]
    assert ours["HR@10"]["low"] <= ours["HR@10"]["value"] <= ours["HR@10"]["high"]
    assert ours["NDCG@10 less popularity"]["low"] > 0
    assert result["best"]["own"] == "item_graph"
    assert "item graph" in capsys.readouterr().out


@pytest.mark.parametrize("name", sorted(prepare.SETS))
def test_data_sets_that_are_not_here_are_told(name, tmp_path, capsys):
    assert prepare.main([name, "--out", str(tmp_path / "out"), "--data", str(tmp_path)]) == ImportProblem.exit_code
    assert "Next:" in capsys.readouterr().err


@pytest.mark.realdata
def test_movielens_is_cut_by_time(tmp_path):
    if not (prepare.DATA / "movielens_100k").is_dir():
        pytest.skip(f"{prepare.DATA / 'movielens_100k'} is not here")
    assert prepare.main(["movielens_100k", "--protocol", "all", "--out", str(tmp_path)]) == 0
    train, test = (pq.read_table(tmp_path / f"{name}.parquet") for name in ("train", "test"))
    assert (len(train), len(test)) == (80_000, 20_000)
    newest = train.group_by("customer_id").aggregate([("at", "max")])
    oldest = test.group_by("customer_id").aggregate([("at", "min")])
    joined = newest.join(oldest, "customer_id")
    assert all(a <= b for a, b in zip(joined["at_max"].to_pylist(), joined["at_min"].to_pylist(), strict=True))


def test_errors_are_of_one_tree():
    assert issubclass(ImportProblem, ShopkeeperError)
