"""Every table of a shop and every column of it, once.

The data dictionary, the empty tables, the import checks, the HTTP models and the tests are made from this file.

Names follow the field: events are GA4's, products follow the Google Merchant feed and schema.org, moments are UTC
and end in ``_at`` (or are just ``at`` for the moment of the fact itself), money is in the shop's currency.
"""

from __future__ import annotations

from collections.abc import Mapping

from shopkeeper.core.columns import Table, boolean, date, integer, json, moment, number, text
from shopkeeper.core.errors import unknown

MONEY = "shop currency"

EVENT_KINDS = (
    "page_view", "session_start", "login", "sign_up", "search", "view_search_results", "view_item_list", "select_item",
    "view_item", "add_to_wishlist", "add_to_cart", "remove_from_cart", "view_cart", "begin_checkout", "add_shipping_info",
    "add_payment_info", "purchase", "refund", "view_promotion", "select_promotion", "share",
)  # fmt: skip
ORDER_STATUSES = ("placed", "paid", "held", "packed", "shipped", "delivered", "cancelled", "returned", "refunded")
AVAILABILITIES = ("in_stock", "out_of_stock", "preorder", "backorder", "discontinued")
RULE_ACTIONS = ("pin", "boost", "bury", "block", "cap")
CAPPED_EACH = ("brand", "product_type", "item_group")
OWNED_CHOICES = ("hide", "learned", "show")

EVENTS = Table(
    "events", "fact", "What visitors did in the shop, one row an event; GA4's event names.",
    (
        text("event_id", "the event's own number; sending it twice counts once", required=True),
        moment("at", "when it happened", required=True),
        text("event", "what happened, by GA4's name", required=True, choices=EVENT_KINDS),
        text("customer_id", "the store's number for the customer; empty for an anonymous visitor"),
        text("session_id", "the visit that it belongs to"),
        text("product_id", "the product concerned"),
        text("order_id", "the order concerned (purchase, refund)"),
        number("quantity", "how many", unit="pieces"),
        number("value", "what it was worth", unit=MONEY),
        text("search_term", "the words searched for"),
        text("place", "where in the shop: the list, page or placement"),
        integer("position", "position in that list, from 1", low=1),
        text("channel", "how the visitor came: organic, email, cpc, social, direct, …"),
        text("device", "desktop, mobile, tablet, app"),
        text("decision_id", "the decision that showed what was acted on"),
    ),
    key=("event_id",), moment="at", lookup=("customer_id", "session_id"),
)  # fmt: skip

ORDERS = Table(
    "orders", "fact", "What was ordered, one row an order.",
    (
        text("order_id", "the store's number for the order", required=True),
        moment("at", "when it was placed", required=True),
        text("customer_id", "who ordered; empty for a guest"),
        text("session_id", "the visit in which it was placed"),
        number("value", "sum of its lines, returns negative", unit=MONEY),
        number("shipping", "what the customer paid for delivery", unit=MONEY, low=0),
        number("tax", "tax contained or added", unit=MONEY),
        number("discount", "what was taken off the whole order", unit=MONEY, low=0),
        text("payment_method", "card, paypal, invoice, …"),
        text("channel", "how the buyer came"),
        text("device", "desktop, mobile, tablet, app"),
        text("country", "country it goes to"),
        text("campaign_id", "the campaign that brought it"),
    ),
    key=("order_id",), moment="at", lookup=("order_id", "customer_id"),
)  # fmt: skip

ORDER_LINES = Table(
    "order_lines", "fact", "The lines of orders; a return is a line with a negative quantity.",
    (
        text("line_id", "the line's own number", required=True),
        text("order_id", "the order that it belongs to", required=True),
        moment("at", "when it was ordered or returned", required=True),
        text("customer_id", "who ordered; empty for a guest"),
        text("product_id", "what was ordered", required=True),
        number("quantity", "how many; negative for a return", unit="pieces", required=True),
        number("price", "what one piece cost the customer", unit=MONEY, required=True, low=0),
        number("discount", "what was taken off this line, contained in price", unit=MONEY, low=0),
    ),
    key=("line_id",), moment="at", lookup=("order_id", "customer_id"),
)  # fmt: skip

ORDER_STATUS = Table(
    "order_status", "fact", "What became of orders, one row a change.",
    (
        text("status_id", "the change's own number", required=True),
        text("order_id", "the order concerned", required=True),
        moment("at", "when it changed", required=True),
        text("status", "the new state", required=True, choices=ORDER_STATUSES),
        text("note", "why, in words"),
    ),
    key=("status_id",), moment="at", lookup=("order_id",),
)  # fmt: skip

STOCK_LEVELS = Table(
    "stock_levels", "fact", "How many pieces of a product lay where, one row a count.",
    (
        text("stock_id", "the count's own number", required=True),
        text("product_id", "the product counted", required=True),
        moment("at", "when it was counted", required=True),
        text("location", "the warehouse or store; empty where there is one"),
        number("quantity", "pieces that can be sold", unit="pieces", required=True),
        number("on_order", "pieces ordered from suppliers and not yet here", unit="pieces", low=0),
    ),
    key=("stock_id",), moment="at",
)  # fmt: skip

PRICES = Table(
    "prices", "fact", "What products cost from when on, one row a change.",
    (
        text("price_id", "the change's own number", required=True),
        text("product_id", "the product concerned", required=True),
        moment("at", "from when on", required=True),
        number("price", "regular price of one piece", unit=MONEY, required=True, low=0),
        number("sale_price", "reduced price while it lasts", unit=MONEY, low=0),
        text("channel", "where it holds; empty for everywhere"),
    ),
    key=("price_id",), moment="at",
)  # fmt: skip

COMPETITOR_PRICES = Table(
    "competitor_prices", "fact", "What others ask for the same product, one row an observation.",
    (
        text("competitor_price_id", "the observation's own number", required=True),
        text("product_id", "our product", required=True),
        moment("at", "when it was seen", required=True),
        text("competitor", "who asks it", required=True),
        number("price", "what they ask", unit=MONEY, required=True, low=0),
        text("link", "where it was seen"),
    ),
    key=("competitor_price_id",), moment="at",
)  # fmt: skip

REVIEWS = Table(
    "reviews", "fact", "What customers wrote about products.",
    (
        text("review_id", "the review's own number", required=True),
        moment("at", "when it was written", required=True),
        text("product_id", "the product reviewed"),
        text("customer_id", "who wrote it"),
        text("order_id", "the order it is about"),
        number("rating", "stars", unit="1-5", low=0, high=5),
        text("title", "its headline"),
        text("text", "its words"),
        text("language", "ISO 639-1 code"),
    ),
    key=("review_id",), moment="at",
)  # fmt: skip

MESSAGES = Table(
    "messages", "fact", "What was said between customers and the shop.",
    (
        text("message_id", "the message's own number", required=True),
        moment("at", "when it was sent", required=True),
        text("conversation_id", "the conversation that it belongs to", required=True),
        text("sender", "who spoke", required=True, choices=("customer", "agent", "assistant")),
        text("customer_id", "the customer concerned"),
        text("channel", "chat, email, phone, …"),
        text("text", "the words", required=True),
        text("language", "ISO 639-1 code"),
    ),
    key=("message_id",), moment="at", lookup=("conversation_id",),
)  # fmt: skip

IMPRESSIONS = Table(
    "impressions", "fact", "Which products were shown where, one row a product shown.",
    (
        text("impression_id", "the impression's own number", required=True),
        moment("at", "when it was shown", required=True),
        text("product_id", "what was shown", required=True),
        text("place", "the placement: home, product, cart, email, …"),
        integer("position", "position in the list, from 1", low=1),
        text("customer_id", "who saw it"),
        text("session_id", "the visit in which it was seen"),
        text("decision_id", "the decision that showed it"),
        text("campaign_id", "the campaign that paid for it"),
    ),
    key=("impression_id",), moment="at",
)  # fmt: skip

DECISIONS = Table(
    "decisions", "fact", "What the shop decided, with its reason and its probability; what later learning reads.",
    (
        text("decision_id", "the decision's own number", required=True),
        moment("at", "when it was made", required=True),
        text("answer", "the answer or task that made it", required=True),
        text("model_version", "the version of what it had learned"),
        text("customer_id", "whom it concerned"),
        text("session_id", "the visit that it concerned"),
        text("place", "where in the shop"),
        json("chosen", "what was chosen, in order: a list of numbers or names", required=True),
        number("probability", "probability with which this choice was made", low=0, high=1),
        json("reason", "why: the rung, the evidence"),
        json("request", "what was asked: filters and limits"),
    ),
    key=("decision_id",), moment="at", lookup=("customer_id",),
)  # fmt: skip

OUTCOMES = Table(
    "outcomes", "fact", "What came of decisions.",
    (
        text("outcome_id", "the outcome's own number", required=True),
        moment("at", "when it happened", required=True),
        text("decision_id", "the decision that it answers", required=True),
        text("outcome", "click, add_to_cart, purchase, open, unsubscribe, fraud, …", required=True),
        text("product_id", "the product concerned"),
        number("value", "what it was worth", unit=MONEY),
    ),
    key=("outcome_id",), moment="at", lookup=("decision_id",),
)  # fmt: skip

REJECTED = Table(
    "rejected", "fact", "Rows that could not be taken, with the rule they broke and the raw row: nothing is dropped in silence.",
    (
        text("rejected_id", "the rejection's own number", required=True),
        moment("at", "when it was refused", required=True),
        text("source", "the file or door that it came from", required=True),
        text("table", "the table that it was meant for"),
        integer("line", "line in that file, from 1; the header is line 1 where there is one"),
        text("rule", "the rule that it broke", required=True),
        text("message", "what was wrong, in words"),
        json("raw", "the row as it came", personal=True),
    ),
    key=("rejected_id",), moment="at",
)  # fmt: skip

PRODUCTS = Table(
    "products", "entity", "What the shop sells; the Google Merchant feed's names.",
    (
        text("product_id", "the store's number for the product", required=True),
        text("title", "its name"),
        text("description", "its text"),
        text("brand", "its brand"),
        text("product_type", "its category, a path with ' > ' between levels"),
        number("price", "regular price of one piece", unit=MONEY, low=0),
        number("sale_price", "reduced price while it lasts", unit=MONEY, low=0),
        number("cost", "what one piece costs the shop", unit=MONEY, low=0),
        text("availability", "whether it can be bought", choices=AVAILABILITIES),
        text("link", "address of its page"),
        text("image_link", "address of its picture"),
        text("gtin", "GTIN, EAN, UPC or ISBN"),
        text("item_group_id", "the product that this one is a variant of"),
        text("color", "its color"),
        text("size", "its size"),
        number("weight_kg", "weight of one piece", unit="kg", low=0),
        text("supplier_id", "who delivers it"),
        moment("created_at", "since when it has been sold"),
    ),
    key=("product_id",), moment="created_at",
)  # fmt: skip

CUSTOMERS = Table(
    "customers", "entity", "Who buys, without anything that names a person.",
    (
        text("customer_id", "the store's number for the customer, or a keyed pseudonym", required=True),
        text("country", "country"),
        text("region", "state or province"),
        text("language", "ISO 639-1 code"),
        boolean("accepts_marketing", "has agreed to be written to"),
        moment("created_at", "since when known"),
    ),
    key=("customer_id",), moment="created_at",
)  # fmt: skip

IDENTITIES = Table(
    "identities", "entity", "The only table with personal data; everything else works without it.",
    (
        text("customer_id", "the customer concerned", required=True),
        text("name", "name", personal=True),
        text("email", "e-mail address", personal=True),
        text("phone", "telephone number", personal=True),
        text("address", "postal address", personal=True),
        text("ip", "last IP address", personal=True),
    ),
    key=("customer_id",),
)  # fmt: skip

SUPPLIERS = Table(
    "suppliers", "entity", "Who delivers to the shop.",
    (
        text("supplier_id", "the store's number for the supplier", required=True),
        text("title", "its name"),
        text("country", "country"),
        number("lead_time_days", "from order to delivery", unit="days", low=0),
        number("minimum_order_value", "smallest order it takes", unit=MONEY, low=0),
    ),
    key=("supplier_id",),
)  # fmt: skip

CAMPAIGNS = Table(
    "campaigns", "entity", "What the shop tells the world, and what it may cost.",
    (
        text("campaign_id", "the campaign's number", required=True),
        text("title", "its name"),
        text("channel", "email, cpc, social, display, …"),
        date("start_date", "first day"),
        date("end_date", "last day"),
        number("budget", "what it may cost", unit=MONEY, low=0),
    ),
    key=("campaign_id",),
)  # fmt: skip

ARTICLES = Table(
    "articles", "entity", "Help texts: what the shop answers to questions.",
    (
        text("article_id", "the article's number", required=True),
        text("title", "the question or headline", required=True),
        text("text", "the answer"),
        text("language", "ISO 639-1 code"),
        text("topic", "shipping, returns, payment, …"),
    ),
    key=("article_id",),
)  # fmt: skip

RULES = Table(
    "rules", "entity", "What the shop's people want shown or hidden, whatever the models think.",
    (
        text("rule_id", "the rule's number", required=True),
        text("action", "what to do; of rules that disagree block wins, then pin, then cap, then boost and bury", required=True,
             choices=RULE_ACTIONS),
        text("place", "placement where it holds; empty for everywhere"),
        text("product_id", "the product concerned"),
        text("product_type", "or the category and those below it; with a brand: that brand's products in it"),
        text("brand", "or the brand"),
        number("strength", "what the score is multiplied with: boost 1 and more (empty: 2), bury 0 to 1 (empty: 0.1)", low=0),
        integer("position", "pin: at which position of the list, from 1 (empty: 1)", low=1),
        integer("n_most", "cap: how many such products a list has at most", unit="products", low=0),
        text("each", "cap: count each brand, category or group of variants by itself", choices=CAPPED_EACH),
        moment("start_at", "from when on"),
        moment("end_at", "until when, not included"),
        text("recurs", "only in these hours of the week, UTC: 'mon-fri 09:00-17:00; sat,sun'; '22:00-02:00' goes past midnight"),
        boolean("enabled", "whether it holds; empty: yes"),
        text("note", "why, in words"),
        text("made_by", "who made it"),
    ),
    key=("rule_id",),
)  # fmt: skip

PLACEMENTS = Table(
    "placements", "entity", "The places where products are recommended, each with its mix, filters and rules.",
    (
        text("placement_id", "the place's name, as requests and decisions have it: home, product_page, cart, …", required=True),
        text("title", "how people call it"),
        text("answer", "the answer that it shows: recommend.for_customer, recommend.similar, …"),
        json("mix", "how much each retriever counts: {\"item_graph\": 1, \"content\": 0.3}; empty: as learned"),
        json("filters", "what may be shown: {\"in_stock\": true, \"category\": \"Home\"}"),
        boolean("with_rules", "whether `rules` hold here; empty: yes"),
        number("diversity", "how much a list is to vary: 0 the best ones, 1 as different as possible", unit="0-1", low=0, high=1),
        number("exposure_cap", "share of the answers here that a product may be in", unit="0-1", low=0, high=1),
        number("brand_exposure_cap", "share of the products shown here that a brand may have", unit="0-1", low=0, high=1),
        number("explore_share", "share of the positions that are given to trying out", unit="0-1", low=0, high=1),
        number("price_affinity", "how much the customer's usual price level counts", unit="0-1", low=0, high=1),
        integer("n_products", "how many products a list has", unit="products", low=1, high=200),
        text("owned", "what was bought before: hidden, offered when it is due again, or shown", choices=OWNED_CHOICES),
        text("note", "why, in words"),
        text("made_by", "who made it"),
    ),
    key=("placement_id",),
)  # fmt: skip

INTERACTIONS = Table(
    "interactions", "view", "Who did what with which product: events and order lines as one, each purchase counted once.",
    (
        text("actor_id", "the customer; a guest's order or an anonymous visit as 'order:…' or 'session:…'", required=True),
        text("customer_id", "the customer, where known"),
        text("session_id", "the visit, or the order where only orders are known"),
        text("product_id", "the product", required=True),
        text("event", "what was done, by GA4's name", required=True),
        moment("at", "when", required=True),
    ),
    moment="at", of=("events", "order_lines"),
)  # fmt: skip

DAILY_SALES = Table(
    "daily_sales", "view", "The shop's trade, one row a day in the shop's time zone.",
    (
        date("date", "the day", required=True),
        number("revenue", "order lines' worth, without returns", unit=MONEY),
        number("returned", "worth of returns, positive", unit=MONEY),
        integer("n_orders", "orders placed"),
        integer("n_customers", "known customers who bought"),
        number("units", "pieces sold", unit="pieces"),
    ),
    moment="date", of=("order_lines",),
)  # fmt: skip

CURRENT_PRICES = Table(
    "current_prices", "view", "What each product costs now: the last price of the history, else the catalog's.",
    (
        text("product_id", "the product", required=True),
        number("price", "regular price", unit=MONEY),
        number("sale_price", "reduced price", unit=MONEY),
    ),
    of=("prices", "products"),
)  # fmt: skip

LAST_STOCK = Table(
    "last_stock", "view", "The last count of each product, summed over locations.",
    (
        text("product_id", "the product", required=True),
        number("quantity", "pieces that can be sold", unit="pieces"),
        moment("at", "the newest count"),
    ),
    of=("stock_levels",),
)  # fmt: skip

FACTS = (
    EVENTS, ORDERS, ORDER_LINES, ORDER_STATUS, STOCK_LEVELS, PRICES, COMPETITOR_PRICES, REVIEWS, MESSAGES, IMPRESSIONS,
    DECISIONS, OUTCOMES, REJECTED,
)  # fmt: skip
ENTITIES = (PRODUCTS, CUSTOMERS, IDENTITIES, SUPPLIERS, CAMPAIGNS, ARTICLES, RULES, PLACEMENTS)
VIEWS = (INTERACTIONS, DAILY_SALES, CURRENT_PRICES, LAST_STOCK)

TABLES: Mapping[str, Table] = {table.name: table for table in (*FACTS, *ENTITIES, *VIEWS)}


def table(name: str) -> Table:
    """The table of that name; `UnknownName` with the nearest one otherwise."""
    found = TABLES.get(name)
    if found is None:
        raise unknown("table", name, TABLES, next="`shopkeeper show` lists the tables")
    return found
