-- Whose lines without a customer are: the orders that name theirs where a line of them does not. Guests' lines find none; only the
-- numbers of the orders of nameless lines are looked up, and where every line names its customer there are none of these.
WITH nameless AS (
    SELECT order_id FROM order_lines WHERE customer_id IS NULL
)
SELECT orders.order_id, orders.customer_id
FROM orders SEMI JOIN nameless ON orders.order_id = nameless.order_id
WHERE orders.customer_id IS NOT NULL
