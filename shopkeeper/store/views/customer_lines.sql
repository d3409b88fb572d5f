-- What customers bought and gave back, one row a line. A purchase that only an event tells is a line too, of its session's or its
-- day's order where it names none.
-- A cancelled order has no lines, but an event of it tells no other purchase either.
WITH told AS (
    SELECT customer_id, order_id, session_id, "at", product_id, coalesce(quantity, 1.0) AS quantity, value
    FROM customer_events
    WHERE event = 'purchase' AND coalesce(quantity, 1.0) > 0
),
again AS (
    SELECT DISTINCT order_id FROM order_lines WHERE order_id IN (SELECT order_id FROM told)
),
sessions_again AS (
    SELECT DISTINCT session_id FROM orders WHERE session_id IN (SELECT session_id FROM told WHERE order_id IS NULL)
),
days_again AS (
    SELECT DISTINCT customer_id, CAST("at" AS DATE) AS day
    FROM order_lines
    WHERE customer_id IN (SELECT customer_id FROM told WHERE order_id IS NULL)
    UNION
    SELECT DISTINCT customer_id, CAST("at" AS DATE) AS day
    FROM orders
    WHERE customer_id IN (SELECT customer_id FROM told WHERE order_id IS NULL)
)
SELECT customer_id, order_id, "at", product_id, quantity, price, discount
FROM sold_lines
WHERE customer_id IS NOT NULL
UNION ALL
SELECT
    told.customer_id,
    coalesce(told.order_id, 'session:' || told.session_id, 'day:' || told.customer_id || ':' || CAST(CAST(told."at" AS DATE) AS VARCHAR)),
    told."at",
    told.product_id,
    told.quantity,
    coalesce(told.value / told.quantity, 0.0),
    NULL
FROM told
LEFT JOIN cancelled_orders ON told.order_id = cancelled_orders.order_id
LEFT JOIN again ON told.order_id = again.order_id
LEFT JOIN sessions_again ON told.order_id IS NULL AND told.session_id = sessions_again.session_id
LEFT JOIN days_again ON told.order_id IS NULL AND told.customer_id = days_again.customer_id AND CAST(told."at" AS DATE) = days_again.day
WHERE cancelled_orders.order_id IS NULL AND again.order_id IS NULL AND sessions_again.session_id IS NULL AND days_again.customer_id IS NULL
