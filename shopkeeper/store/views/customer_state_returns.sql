-- A part of customer_state: what each customer gave back.
WITH by_lines AS (
    SELECT customer_id, order_id, "at", -CAST(round(quantity * price * 10000) AS BIGINT) AS worth
    FROM customer_lines
    WHERE quantity < 0
),
given_back AS (
    SELECT customer_id, "at", worth FROM by_lines
    UNION ALL
    SELECT orders.customer_id, orders."at", -CAST(round(orders.value * 10000) AS BIGINT) AS worth
    FROM orders
    ANTI JOIN cancelled_orders ON orders.order_id = cancelled_orders.order_id
    LEFT JOIN by_lines ON orders.order_id = by_lines.order_id
    WHERE orders.customer_id IS NOT NULL AND orders.value < 0 AND by_lines.order_id IS NULL
)
SELECT
    customer_id,
    count(*) AS n_returns,
    sum(worth) / 10000.0 AS returned,
    coalesce(sum(worth) FILTER (WHERE "at" > {as_of} - INTERVAL 365 DAY), 0) / 10000.0 AS returned_12m,
    coalesce(sum(worth) FILTER (WHERE "at" > {as_of} - INTERVAL 90 DAY), 0) / 10000.0 AS returned_90d
FROM given_back
GROUP BY customer_id
