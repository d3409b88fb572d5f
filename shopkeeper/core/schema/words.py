"""The words that several tables share: kinds of events, states of orders, actions of rules, the unit of money."""

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
