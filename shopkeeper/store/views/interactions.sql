-- Who did what with which product. A purchase that is told twice, as an event and as an order's line, counts once.
SELECT
    coalesce(customer_id, 'session:' || session_id, 'order:' || order_id) AS actor_id,
    customer_id,
    session_id,
    product_id,
    event,
    "at"
FROM events
WHERE product_id IS NOT NULL
  AND event IN ('view_item', 'select_item', 'add_to_wishlist', 'add_to_cart', 'begin_checkout', 'purchase')
  AND coalesce(customer_id, session_id, order_id) IS NOT NULL
  AND (event <> 'purchase' OR order_id IS NULL OR order_id NOT IN (SELECT order_id FROM order_lines WHERE quantity > 0))
UNION ALL
SELECT
    coalesce(customer_id, 'order:' || order_id) AS actor_id,
    customer_id,
    order_id AS session_id,
    product_id,
    'purchase' AS event,
    "at"
FROM owned_lines
WHERE quantity > 0
