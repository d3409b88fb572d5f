-- A part of customer_state: what each customer gave back.
WITH given_back AS (
    SELECT customer_id, "at", -CAST(round(quantity * price * 10000) AS BIGINT) AS worth
    FROM customer_lines
    WHERE quantity < 0
    UNION ALL
    SELECT customer_id, "at", -CAST(round(value * 10000) AS BIGINT) AS worth
    FROM orders
    WHERE customer_id IS NOT NULL AND value < 0 AND order_id NOT IN (SELECT order_id FROM customer_lines WHERE quantity < 0)
)
SELECT
    customer_id,
    count(*) AS n_returns,
    sum(worth) / 10000.0 AS returned,
    coalesce(sum(worth) FILTER (WHERE "at" > {as_of} - INTERVAL 365 DAY), 0) / 10000.0 AS returned_12m,
    coalesce(sum(worth) FILTER (WHERE "at" > {as_of} - INTERVAL 90 DAY), 0) / 10000.0 AS returned_90d
FROM given_back
GROUP BY customer_id
