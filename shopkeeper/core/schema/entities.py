"""Entities: what there is, one row each; they change."""

from __future__ import annotations

from shopkeeper.core.columns import Table, boolean, date, integer, json, moment, number, text
from shopkeeper.core.schema.words import AVAILABILITIES, CAPPED_EACH, MONEY, OWNED_CHOICES, RULE_ACTIONS

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

SEGMENTS = Table(
    "segments", "entity", "Groups of customers that people have named: who belongs to them is told by an expression.",
    (
        text("segment_id", "the segment's number or short name", required=True),
        text("title", "its name, as profiles show it"),
        text("description", "whom it means and what to do about them"),
        text("expression", "who belongs to it, in the language of segments: lapsed and value_12m > 200", required=True),
        boolean("is_tag", "whether profiles show it as a tag; empty: yes"),
        boolean("enabled", "whether it is counted; empty: yes"),
        text("made_by", "who made it"),
    ),
    key=("segment_id",), timeless=True,
)  # fmt: skip
