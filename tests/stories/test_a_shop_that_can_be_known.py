"""From CSV files to recommendations that hold against the truth."""

from datetime import timedelta

import numpy as np
import pytest

from shopkeeper.core.registry import REGISTRY

pytestmark = pytest.mark.slow

MARGIN_OF_TASTE = 0.5
"""Of ten recommended products at least this much more of them are of the customer's favorite group than of the ten best-sellers."""
SHARE_OF_THE_WAY = 0.5
"""From the best-sellers' true probability to the highest that anybody could reach who knew everything."""


def test_what_is_imported_adds_up(told):
    for name, report in told.reports.items():
        assert report.adds_up, name
        assert report.n_rows == told.world.tables[name].num_rows
        assert sum(report.rejected.values()) == 0, report.rejected
        assert told.shop.store.count(name) == told.world.tables[name].num_rows


def test_importing_again_changes_nothing(told, tmp_path):
    files = told.world.write(tmp_path)
    again = told.shop.import_file(files["events"], table="events")
    assert again.already_imported
    assert told.shop.store.count("events") == told.world.tables["events"].num_rows


def test_every_row_comes_back_as_it_was(told):
    import pyarrow as pa

    for name in ("order_lines", "stock_levels", "products"):
        wanted = told.world.tables[name]
        key = REGISTRY.table(name).id
        # The newest event, at which a view ends by default, is not the newest row of every table.
        found = told.shop.table(name, as_of=told.world.end + timedelta(days=1)).select(wanted.column_names).sort_by(key)
        assert found.num_rows == wanted.num_rows, name
        wanted = wanted.sort_by(key)
        for column in wanted.column_names:
            left, right = (pa.chunked_array(table[column]).to_pylist() for table in (found, wanted))
            assert left == right, f"{name}.{column}"


def test_the_score_is_better_than_the_naive_answer(told):
    for task in REGISTRY.tasks.values():
        if task.capability != "recommend" or task.load is None:
            continue
        run = told.shop.runs(task.name)[0]
        assert run.state == "done", run.problem
        assert run.promoted
        deciding = [score for score in run.scores if score.decides]
        assert [score.verdict for score in deciding] == ["better"] * len(deciding)


def known_customers(told, n_events=8):
    counts = told.shop.sql("select customer_id, count(*) n from events where customer_id is not null group by 1 order by 1")
    return [row["customer_id"] for row in counts.to_pylist() if row["n"] >= n_events][:200]


@pytest.fixture(scope="module")
def recommended(told):
    """Ten products for each of two hundred customers, and the ten best-sellers."""
    lists = {
        customer: [
            row["product_id"]
            for row in told.shop.ask("recommend.for_customer", customer=customer, n=10, exclude_bought=False)["products"]
        ]
        for customer in known_customers(told)
    }
    popular = told.shop.sql("select product_id from order_lines where quantity > 0 group by 1 order by count(*) desc, 1 limit 10")
    return lists, popular["product_id"].to_pylist()


def test_customers_are_shown_products_of_their_taste(told, recommended):
    lists, popular = recommended
    group_of = told.world.group_of
    favorite = dict(
        zip(*(told.world.truth["truth_customers"][name].to_pylist() for name in ("customer_id", "favorite_group")), strict=True)
    )

    def share(shown, customer):
        return np.mean([group_of[product] == favorite[customer] for product in shown])

    ours = np.mean([share(shown, customer) for customer, shown in lists.items()])
    naive = np.mean([share(popular, customer) for customer in lists])
    assert ours > naive + MARGIN_OF_TASTE, (ours, naive)


def test_recommendations_go_most_of_the_way_to_the_truth(told, recommended):
    lists, popular = recommended
    place = {product: n for n, product in enumerate(told.world.tables["products"]["product_id"].to_pylist())}
    truth = told.world.probability(list(lists))
    ours = np.mean([truth[row, [place[product] for product in shown]].sum() for row, shown in enumerate(lists.values())])
    naive = truth[:, [place[product] for product in popular]].sum(axis=1).mean()
    best = np.sort(truth, axis=1)[:, -10:].sum(axis=1).mean()
    assert naive < best
    assert (ours - naive) / (best - naive) > SHARE_OF_THE_WAY, (naive, ours, best)


def test_similar_products_are_of_the_same_group(told):
    group_of = told.world.group_of
    shares = []
    for product in told.world.tables["products"]["product_id"].to_pylist()[::4]:
        found = [row["product_id"] for row in told.shop.ask("recommend.similar", product=product, n=5)["products"]]
        shares.append(np.mean([group_of[other] == group_of[product] for other in found]))
    assert np.mean(shares) > 0.9


def test_reasons_are_the_customers_own_products(told):
    for customer in known_customers(told)[:20]:
        own = set(
            told.shop.sql("select distinct product_id from interactions where customer_id = $c", {"c": customer})[
                "product_id"
            ].to_pylist()
        )
        body = told.shop.ask("recommend.for_customer", customer=customer)
        reasons = [reason["product_id"] for row in body["products"] for reason in row["reasons"]]
        assert reasons
        assert set(reasons) <= own
