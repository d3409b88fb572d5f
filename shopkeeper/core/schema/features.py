"""What is known of a customer at one moment: the dictionary of features, used by the view and by the kept result.

Orders are what known customers bought: order lines, orders whose lines are not known, and purchases that only an event tells.
Worth is quantity times price. What has no value (a mean of nothing, a share of nothing) is empty; counts and sums are 0.
"""

from __future__ import annotations

from shopkeeper.core.columns import Column, Table, date, integer, json, moment, number, text
from shopkeeper.core.schema.words import MONEY

ORDER_FEATURES: tuple[Column, ...] = (
    moment("first_order_at", "the first order"),
    moment("last_order_at", "the newest order"),
    number("recency_days", "days since the newest order", unit="days", low=0),
    number("tenure_days", "days since the first order", unit="days", low=0),
    integer("n_orders", "orders ever", low=0),
    integer("n_orders_12m", "orders in the last 365 days", low=0),
    integer("n_orders_90d", "orders in the last 90 days", low=0),
    number("gap_mean_days", "mean time between days with orders; empty below two such days", unit="days", low=0),
    number("gap_median_days", "median of the same", unit="days", low=0),
    number(
        "gap_std_days", "standard deviation (of a sample) of the same; empty below three days with orders", unit="days", low=0
    ),
    number(
        "regularity",
        "how even those times are: 1 / (1 + deviation / mean); empty below three days with orders",
        unit="0-1",
        low=0,
        high=1,
    ),
    number("overdue", "days since the newest order as a multiple of the mean time between days with orders", unit="times", low=0),
)
MONEY_FEATURES: tuple[Column, ...] = (
    number("revenue", "worth of all purchases, returns not taken off", unit=MONEY),
    number("returned", "worth of all returns, positive", unit=MONEY),
    number("value", "worth of all purchases less returns", unit=MONEY),
    number("value_12m", "the same in the last 365 days", unit=MONEY),
    number("value_90d", "the same in the last 90 days", unit=MONEY),
    number("order_value_mean", "mean worth of an order, returns not taken off", unit=MONEY),
    number("return_share", "share of the purchases' worth that came back (can exceed 1)", unit="0-1 and above", low=0),
    integer("n_returns", "order lines that came back", low=0),
    number("price_level", "how dear the products bought are: mean of `usual_prices.price_level` over the lines, "
           "0 cheapest of the category, 1 dearest",
           unit="0-1", low=0, high=1),
    number("discount_share", "share of the lines with a discount of their own or of their order, or at least 5 % below the "
           "product's usual price", unit="0-1", low=0, high=1),
)  # fmt: skip
BASKET_FEATURES: tuple[Column, ...] = (
    number(
        "basket_size_mean",
        "mean number of different products in an order, of orders whose lines are known",
        unit="products",
        low=0,
    ),
    number("basket_units_mean", "mean number of pieces in an order, of orders whose lines are known", unit="pieces", low=0),
    integer("n_products", "different products bought", low=0),
    number(
        "repeat_share",
        "share of the purchases (products an order) that were bought before by the same customer",
        unit="0-1",
        low=0,
        high=1,
    ),
    integer("n_categories", "different categories bought", low=0),
    text("category", "the category (the catalog's whole product_type) with most of the worth; of equal ones the first by name"),
    number("category_share", "its share of the worth of what has a category", unit="0-1", low=0, high=1),
    json("categories", 'the first five categories and their shares: {"Home": 0.6}'),
    integer("n_brands", "different brands bought", low=0),
    text("brand", "the brand with most of the worth; of equal ones the first by name"),
    number("brand_share", "its share of the worth of what has a brand", unit="0-1", low=0, high=1),
    json("brands", "the first five brands and their shares"),
)
HABIT_FEATURES: tuple[Column, ...] = (
    integer(
        "hour",
        "the hour of the day with most orders, in the shop's time zone; of equal ones the first",
        unit="0-23",
        low=0,
        high=23,
    ),
    number("hour_share", "share of the orders within that hour", unit="0-1", low=0, high=1),
    integer("weekday", "the weekday with most orders, 1 Monday to 7 Sunday; of equal ones the first", unit="1-7", low=1, high=7),
    number("weekday_share", "share of the orders on that weekday", unit="0-1", low=0, high=1),
    number("weekend_share", "share of the orders on Saturday and Sunday", unit="0-1", low=0, high=1),
    text("channel", "how the customer comes most often (visits, and orders outside of them); of equal ones the first by name"),
    number("channel_share", "share of those whose channel is known that came so", unit="0-1", low=0, high=1),
    text("device", "the device used most often (visits, and orders outside of them); of equal ones the first by name"),
    number("device_share", "its share", unit="0-1", low=0, high=1),
    text("payment_method", "how most orders were paid"),
)
VISIT_FEATURES: tuple[Column, ...] = (
    moment("last_seen_at", "the newest order, event, review or message to the shop"),
    number("seen_days", "days since then", unit="days", low=0),
    integer("n_visits", "visits: sessions, or days where no session is known", low=0),
    integer("n_visits_30d", "visits in the last 30 days", low=0),
    integer("n_views", "times a product page was looked at", low=0),
    integer("n_views_30d", "times a product page was looked at in the last 30 days", low=0),
    integer("n_carts", "times a product was put in the cart", low=0),
    integer("n_carts_30d", "times a product was put in the cart in the last 30 days", low=0),
    integer("n_checkouts", "visits in which a checkout began", low=0),
    integer("n_searches", "searches", low=0),
    json("search_words", "the five words searched for in most visits, the most frequent first"),
    number(
        "funnel_depth",
        "how far visits go on average: 0 no product, 1 looks, 2 cart, 3 checkout, 4 purchase",
        unit="0-4",
        low=0,
        high=4,
    ),
    number(
        "conversion",
        "share of the visits with a purchase: told by an event or the order's session, or placed during the visit",
        unit="0-1",
        low=0,
        high=1,
    ),
    integer("n_reviews", "reviews written", low=0),
    number("rating_mean", "mean of the stars given", unit="1-5", low=0, high=5),
    integer("n_messages", "messages sent to the shop", low=0),
    moment("last_message_at", "the newest of them"),
)
FEATURES: tuple[Column, ...] = ORDER_FEATURES + MONEY_FEATURES + BASKET_FEATURES + HABIT_FEATURES + VISIT_FEATURES

CUSTOMER_LINES = Table(
    "customer_lines", "view",
    "What known customers bought and gave back, one row a line: order lines, and purchases that only an event tells. Cancelled "
    "orders have none.",
    (
        text("customer_id", "the customer", required=True),
        text("order_id", "the order; of a purchase told without one 'session:…' or 'day:…'", required=True),
        moment("at", "when", required=True),
        text("product_id", "the product, where known"),
        number("quantity", "how many; negative for a return", unit="pieces", required=True),
        number("price", "what one piece cost the customer", unit=MONEY, required=True, low=0),
        number("discount", "what was taken off this line, contained in price", unit=MONEY, low=0),
    ),
    moment="at", of=("sold_lines", "order_lines", "orders", "customer_events", "cancelled_orders"),
)  # fmt: skip

CUSTOMER_ORDERS = Table(
    "customer_orders", "view", "The orders of known customers, one row each; what was cancelled or given back is no order.",
    (
        text("customer_id", "the customer", required=True),
        text("order_id", "the order", required=True),
        moment("at", "when it was placed", required=True),
        number("value", "worth of what was bought, returns not taken off", unit=MONEY, low=0),
        number("units", "pieces bought; empty where no lines are known", unit="pieces", low=0),
        number("discount", "what was taken off the whole order, beyond what was taken off its lines", unit=MONEY, low=0),
        text("session_id", "the visit in which it was placed, where known"),
        text("channel", "how the buyer came"),
        text("device", "desktop, mobile, tablet, app"),
        text("payment_method", "card, paypal, invoice, …"),
    ),
    moment="at", of=("customer_lines", "orders", "cancelled_orders"), is_held=True,
)  # fmt: skip

CUSTOMER_VISITS = Table(
    "customer_visits", "view",
    "The visits of known customers: a session, or a day where no session is known. A visit that names one customer, by an event "
    "or its order, is that customer's from its beginning.",
    (
        text("customer_id", "the customer", required=True),
        text("visit_id", "the session, or 'day:…' in the shop's time zone", required=True),
        text("session_id", "the session, where known"),
        moment("started_at", "its first event", required=True),
        moment("ended_at", "its last event", required=True),
        text("channel", "how the customer came (of several the first by name)"),
        text("device", "desktop, mobile, tablet, app (of several the first by name)"),
        integer("n_views", "product pages looked at", low=0),
        integer("n_carts", "products put in the cart", low=0),
        integer("n_checkouts", "1 if a checkout began", unit="0-1", low=0, high=1),
        integer("n_searches", "searches", low=0),
        integer("depth", "how far it went: 0 no product, 1 looks, 2 cart, 3 checkout, 4 purchase that was not cancelled",
                unit="0-4", low=0, high=4),
    ),
    moment="started_at", of=("customer_events", "customer_orders", "local_times", "cancelled_orders"), is_held=True,
)  # fmt: skip

CUSTOMER_COMINGS = Table(
    "customer_comings", "view", "How customers came, each time: visits, and orders placed outside of those that are known.",
    (
        text("customer_id", "the customer", required=True),
        text("channel", "how the customer came"),
        text("device", "desktop, mobile, tablet, app"),
    ),
    of=("customer_visits", "customer_orders"),
)  # fmt: skip

LOCAL_TIMES = Table(
    "local_times", "view", "The shop's own time in each quarter of an hour in which customers did something.",
    (
        moment("quarter_at", "when the quarter begins, in UTC", required=True),
        date("date", "the day in the shop's time zone", required=True),
        integer("hour", "its hour there", unit="0-23", low=0, high=23),
        integer("weekday", "its weekday there, 1 Monday to 7 Sunday", unit="1-7", low=1, high=7),
    ),
    of=("customer_orders", "events"), is_held=True,
)  # fmt: skip

USUAL_PRICES = Table(
    "usual_prices", "view", "What each product usually costs, from all of its order lines so far.",
    (
        text("product_id", "the product", required=True),
        number("usual_price", "median of the price a piece before what was taken off the line", unit=MONEY, low=0),
        number("price_level", "rank of that price among the products of its category (those without one among themselves): "
               "0 cheapest, 1 dearest, equal ones share; empty where it is alone", unit="0-1", low=0, high=1),
    ),
    of=("order_lines", "products"), is_held=True,
)  # fmt: skip

_BY_NAME = {column.name: column for column in FEATURES}
CUSTOMER_STATE_ORDERS = Table(
    "customer_state_orders", "view", "A part of `customer_state`: what the orders of each customer say.",
    (
        text("customer_id", "the customer", required=True),
        *(_BY_NAME[name] for name in ("first_order_at", "last_order_at", "n_orders", "n_orders_12m", "n_orders_90d", "revenue")),
        number("revenue_12m", "the same in the last 365 days", unit=MONEY),
        number("revenue_90d", "the same in the last 90 days", unit=MONEY),
        *(_BY_NAME[name] for name in ("order_value_mean", "basket_units_mean")),
        integer("n_baskets", "orders whose lines are known", low=0),
        *(_BY_NAME[name] for name in (
            "gap_mean_days", "gap_median_days", "gap_std_days", "regularity", "hour", "hour_share", "weekday",
            "weekday_share", "weekend_share", "payment_method",
        )),
    ),
    of=("customer_orders", "local_times"),
)  # fmt: skip

CUSTOMER_STATE_BASKETS = Table(
    "customer_state_baskets", "view", "A part of `customer_state`: what the order lines of each customer say.",
    (
        text("customer_id", "the customer", required=True),
        *(_BY_NAME[name] for name in ("price_level", "discount_share", "n_products")),
        integer("n_bought", "purchases: products an order", low=0),
        *(_BY_NAME[name] for name in (
            "n_categories", "category", "category_share", "categories", "n_brands", "brand", "brand_share", "brands",
        )),
    ),
    of=("customer_lines", "customer_orders", "products", "usual_prices"),
)  # fmt: skip

CUSTOMER_STATE_RETURNS = Table(
    "customer_state_returns", "view", "A part of `customer_state`: what each customer gave back.",
    (
        text("customer_id", "the customer", required=True),
        *(_BY_NAME[name] for name in ("n_returns", "returned")),
        number("returned_12m", "the same in the last 365 days", unit=MONEY),
        number("returned_90d", "the same in the last 90 days", unit=MONEY),
    ),
    of=("customer_lines", "orders", "cancelled_orders"),
)  # fmt: skip

CUSTOMER_STATE_CONTACTS = Table(
    "customer_state_contacts", "view", "A part of `customer_state`: visits, searches, reviews and messages of each customer.",
    (
        text("customer_id", "the customer", required=True),
        moment("last_contact_at", "the newest event, review or message"),
        *(_BY_NAME[name] for name in (
            "n_visits", "n_visits_30d", "n_views", "n_views_30d", "n_carts", "n_carts_30d", "n_checkouts", "n_searches",
            "search_words", "funnel_depth", "conversion", "n_reviews", "rating_mean", "n_messages", "last_message_at",
        )),
    ),
    of=("customer_visits", "customer_events", "reviews", "messages"),
)  # fmt: skip

CUSTOMER_STATE_COMINGS = Table(
    "customer_state_comings", "view", "A part of `customer_state`: how each customer comes most often.",
    (
        text("customer_id", "the customer", required=True),
        *(_BY_NAME[name] for name in ("channel", "channel_share", "device", "device_share")),
    ),
    of=("customer_comings",),
)  # fmt: skip

CUSTOMER_STATE = Table(
    "customer_state", "view", "What is known of each customer at the moment of the view, one row a known customer.",
    (text("customer_id", "the customer", required=True), *FEATURES),
    of=("customers", "customer_state_orders", "customer_state_baskets", "customer_state_returns", "customer_state_contacts",
        "customer_state_comings"),
)  # fmt: skip
"""One definition for today and for any day before: a back-test reads it through ``view.before(moment)``."""

CUSTOMER_VIEWS = (
    CUSTOMER_LINES, CUSTOMER_ORDERS, CUSTOMER_VISITS, CUSTOMER_COMINGS, LOCAL_TIMES, USUAL_PRICES, CUSTOMER_STATE_ORDERS,
    CUSTOMER_STATE_BASKETS, CUSTOMER_STATE_RETURNS, CUSTOMER_STATE_CONTACTS, CUSTOMER_STATE_COMINGS, CUSTOMER_STATE,
)  # fmt: skip
