"""Twelve customers whose every deed is written down here."""

from datetime import UTC, datetime, timedelta

AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ago(days: float) -> datetime:
    return AS_OF - timedelta(days=days)


PROFILES = [
    {"customer_id": "a", "country": "Germany", "stage": "lapsed", "rfm_segment": "lost", "value": 900.0, "value_12m": 300.0,
     "n_orders": 3, "return_share": 0.3, "recency_days": 40.0, "opted_out": False, "accepts_marketing": True,
     "cluster": 1, "cluster_name": "Big baskets", "last_order_at": ago(40), "categories": '{"Home": 0.6}'},
    {"customer_id": "b", "country": "germany", "stage": "lapsed", "rfm_segment": "at_risk", "value": 100.0, "value_12m": 250.0,
     "n_orders": 1, "return_share": 0.0, "recency_days": 3.0, "opted_out": True, "accepts_marketing": False, "cluster": 2,
     "cluster_name": "Small baskets", "last_order_at": ago(3)},
    {"customer_id": "c", "country": "France", "stage": "new", "rfm_segment": "new", "value": 50.0, "value_12m": 50.0, "n_orders": 1,
     "recency_days": 5.0, "cluster": 2, "cluster_name": "Small baskets", "last_order_at": ago(5)},
    {"customer_id": "d", "country": None, "stage": None, "value": None, "n_orders": 0},
    {"customer_id": "é", "country": "Côte d'Ivoire", "stage": "loyal", "rfm_segment": "champions", "value": 5000.0,
     "value_12m": 5000.0, "n_orders": 20, "return_share": 0.01, "recency_days": 1.0, "last_order_at": ago(1),
     "due_at": ago(-3), "cluster": 1, "cluster_name": "Big baskets"},
    *({"customer_id": f"x{n}", "country": "Spain", "stage": "active", "rfm_segment": "loyal", "value": 10.0 * n,
       "value_12m": 5.0 * n, "n_orders": n, "recency_days": 10.0 * n, "last_order_at": ago(10 * n), "opted_out": n == 4,
       "accepts_marketing": n != 4} for n in range(1, 8)),
]  # fmt: skip
PRODUCTS = [
    {"product_id": "p1", "title": 'Lamp 12" red', "brand": "Alder", "product_type": "Lighting"},
    {"product_id": "p2", "title": "Bulb", "brand": "Birch", "product_type": "Lighting > Bulbs"},
    {"product_id": "p3", "title": "Mug", "brand": "alder", "product_type": "Kitchen"},
    {"product_id": "p4", "title": "Light box", "brand": None, "product_type": "Lightings"},
]
# customer, order, days ago, product, pieces (negative: sent back)
LINES = [
    ("a", "o1", 40, "p1", 1), ("a", "o2", 100, "p2", 2), ("a", "o2", 100, "p3", 1), ("a", "o3", 200, "p3", 1), ("a", "o1", 30, "p1", -1),
    ("b", "o4", 3, "p2", 1), ("c", "o5", 5, "p4", 1), ("é", "o6", 1, "p1", 5), ("é", "o7", 20, "p1", 1), ("é", "o8", 60, "p3", 1),
    ("x1", "o9", 10, "gone", 1), (None, "o10", 2, "p1", 1), ("x2", "o11", 20, "p3", 1), ("x2", "o12", 21, "p3", 1),
]  # fmt: skip
# customer, event, days ago, product, words
EVENTS = [
    ("d", "view_item", 2, "p1", None), ("d", "view_item", 3, "p1", None), ("d", "view_item", 90, "p3", None),
    ("d", "add_to_cart", 2, "p1", None), ("c", "search", 5, None, "Red  LAMP"), ("c", "view_search_results", 5, None, "red lamp"),
    ("x3", "search", 50, None, "mug 100%_"), (None, "view_item", 1, "p1", None), ("é", "view_item", 1, "p2", None),
]  # fmt: skip
