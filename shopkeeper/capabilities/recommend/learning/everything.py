"""From the shop's tables to the learned model and the table of recommendations, step by step."""

from __future__ import annotations

from shopkeeper.capabilities.recommend.exploring.explorer import learn_explorer
from shopkeeper.capabilities.recommend.learning.choosing import GRAPH, Choice, chosen, learned_as, teller
from shopkeeper.capabilities.recommend.learning.listing import recommendations
from shopkeeper.capabilities.recommend.learning.model import Model
from shopkeeper.capabilities.recommend.learning.packing import arrays, card, headline
from shopkeeper.capabilities.recommend.loaded.catalog import Catalog
from shopkeeper.capabilities.recommend.methods.content import learn_content
from shopkeeper.capabilities.recommend.methods.item_graph import degrees, learn_graph, source_factor
from shopkeeper.capabilities.recommend.methods.method import Known, Products
from shopkeeper.capabilities.recommend.read import Interactions, read_facts, read_interactions, read_products
from shopkeeper.capabilities.recommend.settings import RecommendSettings
from shopkeeper.capabilities.recommend.steering.steering import learn_steering
from shopkeeper.core.errors import NotEnoughData
from shopkeeper.core.progress import Part
from shopkeeper.core.results import Result
from shopkeeper.core.tasks import ShopView
from shopkeeper.numerics.compiling import Array
from shopkeeper.numerics.sparse_rows import Log, build_log
from shopkeeper.store.views.live_stock import last_counts

MINIMUM_CUSTOMERS = 20


def learn_everything(view: ShopView, settings: RecommendSettings) -> Result:
    """The result of `recommend.learn`."""
    progress = view.progress
    progress.step(0.0, "reading interactions")
    data = read_interactions(view)
    progress.step(0.1, "putting each customer's events in order")
    log = build_log(data.customer, data.product, data.kind, data.at, len(data.customers), len(data.products))
    _refuse_too_little(log, settings)
    products = read_products(view, data.products)
    choice = chosen(log, data, products, view, settings)
    model = _learned(log, products, choice, view, settings)
    progress.step(0.9, "listing recommendations")
    table = recommendations(model, data, settings, view)
    progress.step(0.98, "packing what was learned")
    learned = {
        **arrays(model, data, choice),
        **steering(view, data, log, settings),
        **learn_explorer(view, data.products, settings, model.trend),
    }
    return Result(table, choice.scores, learned, card(model, data, choice, settings), headline(choice.scores, data))


def steering(view: ShopView, data: Interactions, log: Log, settings: RecommendSettings) -> dict[str, Array]:
    """What steering learns: when things are bought again, and how dear customers buy."""
    catalog = Catalog(data.products, read_facts(view), last_counts(view).slice(0, 0))
    return learn_steering(log, catalog.price, catalog.category, catalog.categories, settings)


def _refuse_too_little(log: Log, settings: RecommendSettings) -> None:
    rows = Known(log, 0, settings).rows()
    n_with_two = int((rows.sizes >= 2).sum())
    if n_with_two < MINIMUM_CUSTOMERS:
        raise NotEnoughData(
            "There is too little history to learn recommendations from.",
            got=f"{n_with_two} customers with two or more products, {len(log.product)} interactions in all",
            wanted=f"at least {MINIMUM_CUSTOMERS} customers with two or more products",
            next="import orders or events with customer and product: `shopkeeper import orders.csv`",
            n_customers=n_with_two,
        )


def _learned(log: Log, products: Products, choice: Choice, view: ShopView, settings: RecommendSettings) -> Model:
    """Everything learned again with the chosen parameters, from all of the history."""
    progress, parameters = view.progress, choice.tuned.parameters
    progress.step(0.55, "learning from everything")
    known = Known(log, int(log.at.max()) + 1, settings, products, seed=view.seed)
    rows = known.rows(parameters.kind_exponent, parameters.half_life_days)
    trend = known.trend(parameters.kind_exponent, parameters.popularity_half_life_days)
    graph = learn_graph(rows, parameters, settings, trend, teller(Part(progress, 0.55, 0.75), "learning the item graph"))
    other = None
    if choice.method != GRAPH:
        other = learned_as(choice.method, known, choice.given, teller(Part(progress, 0.75, 0.82), "learning what orders lists"))
    progress.step(0.82, "comparing product texts")
    tell = teller(Part(progress, 0.82, 0.9), "comparing product texts")
    content = learn_content(products, settings.content_neighbors, tell=tell)
    degree = degrees(rows)
    return Model(known, rows, graph, content, trend, degree, source_factor(degree, parameters), parameters, other)
