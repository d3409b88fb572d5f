"""Every word of the language of segments: columns, stages, facts, comparisons, periods, units; with meaning and an example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from shopkeeper.capabilities.customers.profiles.columns import COLUMN, COLUMNS
from shopkeeper.core.columns import Column


@dataclass(frozen=True)
class Word:
    """One word: ``kind`` is field, stage, group (of RFM), fact, joiner, comparison, period, times, target or unit.

    Of a field, ``type`` and ``unit`` are the column's, and ``source`` the task whose result it is ("" for the shop's own data).
    """

    text: str
    kind: str
    meaning: str
    type: str = ""
    unit: str = ""
    source: str = ""
    examples: tuple[str, ...] = ()


FACT_WORDS: Mapping[str, str] = {
    "bought": "bought something, returns aside; times count orders",
    "ordered": "placed an order; times count orders",
    "viewed": "looked at a product's page; times count looks",
    "carted": "put something in the cart; times count puts",
    "returned": "sent something back; times count order lines",
    "searched": "searched with all of these words; times count searches",
}
JOINERS: Mapping[str, str] = {
    "and": "both hold",
    "or": "at least one holds",
    "not": "does not hold, or cannot be told",
    "everyone": "every customer",
    "in segment": "belongs to another saved segment",
}
TARGETS: Mapping[str, str] = {
    "product": "by number or title",
    "category": "the path and everything below it",
    "brand": "by name",
    "anything": "whatever it was",
}
COMPARISONS: Mapping[str, str] = {
    "=": "is equal", "!=": "is different, or empty", "<": "is less", "<=": "is less or equal", ">": "is more",
    ">=": "is more or equal", "is": "is equal", "is not": "is different, or empty", "between": "from one to the other, both too",
    "in": "is one of these", "in top": "is among the highest so many percent", "in bottom": "is among the lowest so many percent",
    "contains": "has this text in it", "is empty": "has no value", "is known": "has a value",
}  # fmt: skip
PERIODS: Mapping[str, str] = {
    "within": "so long back from the newest data", "within next": "so long ahead of it", "before": "before that day",
    "after": "after that day", "since": "on that day or later", "until": "on that day or earlier", "on": "on that day",
    "between": "from one day to the other, both included",
}  # fmt: skip
TIMES: Mapping[str, str] = {
    "at least": "so many times or more",
    "at most": "so many times or fewer, also never",
    "exactly": "so many times",
    "more than": "more often",
    "less than": "less often, also never",
    "once": "exactly one time",
    "twice": "exactly two times",
}
SPAN_DAYS: Mapping[str, float] = {"hours": 1 / 24, "days": 1.0, "weeks": 7.0, "months": 365 / 12, "years": 365.0}
SPAN_WORDS: Mapping[str, str] = {
    **{unit: unit for unit in SPAN_DAYS}, **{unit[:-1]: unit for unit in SPAN_DAYS}, "h": "hours", "d": "days",
    "w": "weeks", "y": "years",
}  # fmt: skip
PERCENT = "%"
# Columns that people call by another's name when they give a name and not a number.
NAMED_BY: Mapping[str, str] = {"rfm": "rfm_segment", "cluster": "cluster_name"}
ALIASES: Mapping[str, str] = {"life_cycle": "stage", "lifecycle": "stage"}

# Everyday words that are none of the language, in English and Chinese, and the columns that they lead to, the likeliest first.
_EVERYDAY: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("value_12m", "value"), "spent spend spending total total_spent total_value amount money sales turnover monetary",
     "消费 消费额 消费金额 花费 金额 总额 销售额 购买金额"),
    (("expected_value",), "ltv clv lifetime_value future_value", "预期价值 终身价值"),
    (("n_orders", "n_orders_12m"), "orders order purchases purchase order_count number_of_orders purchase_count frequency buys",
     "订单 订单数 购买次数 下单次数 频次"),
    (("recency_days", "last_order_at"), "recency last_order last_purchase last_bought latest_order inactive days_since",
     "最近下单 最近购买 上次下单 上次购买 末次下单 未购买天数"),
    (("first_order_at", "tenure_days"), "first_order first_purchase joined signup registered tenure", "首单 首次下单 首次购买"),
    (("order_value_mean",), "aov average_order average_basket order_size basket_value", "客单价 平均订单"),
    (("n_visits", "seen_days"), "visits visit sessions traffic", "访问 访问次数"),
    (("n_views",), "views pageviews page_views", "浏览 浏览次数"),
    (("n_returns", "return_share"), "returns refunds refunded return_rate refund_rate", "退货 退货率 退款"),
    (("discount_share",), "discount discounts discounted coupon coupons", "折扣"),
    (("p_lost", "is_at_risk"), "churn churned churn_risk leaving", "流失 流失风险 流失概率"),
    (("opted_out", "accepts_marketing"), "subscribed unsubscribed newsletter optin opt_in optout opt_out consent", "退订 订阅"),
    (("country",), "nation land", "国家"), (("region",), "state province city", "地区 省份"),
    (("language",), "lang locale", "语言"), (("stage",), "status life_stage", "阶段"),
    (("rfm_segment",), "segment group", "分层"), (("brand",), "favorite_brand", "品牌"),
    (("category",), "favorite_category", "类目 品类"),
)  # fmt: skip

_NAMING = ("stage", "rfm_segment")  # whose values need no column


def column_of(word: str) -> Column | None:
    """The column of that name, whatever its capitals, or None."""
    return COLUMN.get(ALIASES.get(word.lower(), word.lower()))


def is_share(column: Column) -> bool:
    """Whether it can be given in percent."""
    return column.type == "number" and (column.high == 1 or column.name.endswith("_share"))


def units_of(column: Column) -> dict[str, str]:
    """The units that may stand beside its numbers: as written -> as kept."""
    found: dict[str, str] = {}
    if column.unit == "days":
        found.update(SPAN_WORDS)
    if is_share(column):
        found[PERCENT] = found["percent"] = PERCENT
    if column.name.startswith("n_"):
        for noun in {column.name.split("_")[1], column.name.rsplit("_", 1)[-1]}:
            if noun.endswith("s") and noun.isalpha():
                found[noun] = found[noun.removesuffix("s")] = noun
    elif column.unit.isalpha() and column.unit.endswith("s") and column.unit != "days":
        found[column.unit] = found[column.unit.removesuffix("s")] = column.unit
    return found


def factor(column: Column, unit: str) -> float:
    """What a number in that unit is multiplied with."""
    if unit == PERCENT:
        return 0.01
    return SPAN_DAYS[unit] if column.unit == "days" and unit in SPAN_DAYS else 1.0


@cache
def everyday() -> Mapping[str, tuple[str, ...]]:
    """Everyday words that are none of the language: the word (several with ``_`` between them) -> the columns that are meant."""
    return {word: columns for columns, english, chinese in _EVERYDAY for word in f"{english} {chinese}".split()}


def example_of(column: str) -> str:
    """A condition on that column."""
    return _examples(COLUMN[column])[0]


def meanings(word: str) -> tuple[str, ...]:
    """The columns that a bare word may mean, the one that is taken first."""
    return tuple(name for name in _NAMING if word in COLUMN[name].choices)


@cache
def bare_words() -> Mapping[str, tuple[str, str]]:
    """Values that need no column: the word -> (column, value). Where two columns have the same, the stage is meant."""
    found: dict[str, tuple[str, str]] = {}
    for name in _NAMING:
        for choice in COLUMN[name].choices:
            found.setdefault(choice, (name, choice))
    return found


@cache
def vocabulary() -> tuple[Word, ...]:
    """Every word of the language, columns first, with meaning, type, unit, examples and where its values come from."""
    from shopkeeper.capabilities.customers.profiles.columns import SOURCE_OF

    words = [
        Word(column.name, "field", column.meaning, column.type, column.unit, _task(SOURCE_OF, column.name), _examples(column))
        for column in COLUMNS
    ]
    for choice, (name, _) in bare_words().items():
        kind = "stage" if name == "stage" else "group"
        task = _task(SOURCE_OF, name)
        examples = (f"{name} is {choice}",) if choice in FACT_WORDS else (choice, f"{name} is {choice}")
        words.append(Word(choice, kind, f"{COLUMN[name].meaning}: {choice}", "text", "", task, examples))
    for text, meaning in FACT_WORDS.items():
        words.append(Word(text, "fact", meaning, examples=_FACT_EXAMPLES[text]))
    for kind, table in (
        ("joiner", JOINERS), ("comparison", COMPARISONS), ("times", TIMES), ("period", PERIODS), ("target", TARGETS),
    ):  # fmt: skip
        words.extend(Word(text, kind, meaning, examples=_EXAMPLES.get((kind, text), ())) for text, meaning in table.items())
    words.extend(
        Word(unit, "unit", f"{days:g} days", "number", examples=(f"ordered within 2 {unit}",)) for unit, days in SPAN_DAYS.items()
    )
    words.append(Word(PERCENT, "unit", "of a share", "number", examples=("return_share > 30 %",)))
    return tuple(words)


def _task(source_of: Mapping[str, object], name: str) -> str:
    return str(getattr(source_of.get(name), "task", ""))


def _examples(column: Column) -> tuple[str, ...]:
    name = column.name
    if column.type == "boolean":
        return (name, f"not {name}", f"{name} is empty")
    if column.type == "moment":
        return (f"{name} within 30 days", f"{name} before 2011-06-01", f"{name} is empty")
    if column.type == "json":
        return (f'{name} contains "home"',)
    if column.type == "text":
        value = column.choices[0] if column.choices else '"…"'
        return (f"{name} is {value}", f"{name} in ({value}, {column.choices[1] if column.choices else value})")
    if is_share(column):
        return (f"{name} > 30 %", f"{name} in top 10 %")
    if column.unit == "days":
        return (f"{name} > 30 days", f"{name} between 30 and 90")
    return (f"{name} >= 2", f"{name} in top 10 %")


_FACT_EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "bought": ('bought category "Lighting" within 90 days', 'bought product "85123A" at least 2 times'),
    "ordered": ("ordered at least 3 times within 90 days", "ordered before 2011-06-01"),
    "viewed": ('viewed brand "Alder" within 7 days', "viewed at least 5 times"),
    "carted": ("carted within 14 days and not ordered within 14 days",),
    "returned": ("returned anything within 60 days", 'returned category "Lighting"'),
    "searched": ('searched "red lamp" within 30 days',),
}
_EXAMPLES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("joiner", "in segment"): ('in segment "newcomers"',),
    ("joiner", "not"): ("not opted_out",),
    ("comparison", "between"): ("value_12m between 100 and 500",),
    ("comparison", "in"): ("stage in (lapsed, at_risk)",),
    ("comparison", "in top"): ("value_12m in top 10 %",),
    ("period", "between"): ("ordered between 2011-11-01 and 2011-12-24",),
    ("period", "within next"): ("due_at within next 7 days",),
}
