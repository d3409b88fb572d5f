"""Facts: what happened, one row each; they only ever grow."""

from __future__ import annotations

from shopkeeper.core.columns import Table, integer, json, moment, number, text
from shopkeeper.core.schema.words import EVENT_KINDS, MONEY, ORDER_STATUSES

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
    "order_status", "fact",
    "What became of orders, one row a change. An order whose newest state is cancelled is no purchase (`cancelled_orders`); "
    "returned and refunded take nothing off: what came back is told by lines with negative quantities.",
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
    key=("price_id",), moment="at", is_noted_later=True,
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
