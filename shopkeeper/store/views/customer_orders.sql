-- The orders of known customers that were not cancelled, one row each. Worths and pieces are added as whole ten-thousandths: the
-- sum is then the same to the last bit however the rows lie.
WITH summed AS (
    SELECT
        customer_id,
        order_id,
        min("at") FILTER (WHERE quantity > 0) AS "at",
        sum(CAST(round(quantity * price * 10000) AS BIGINT)) FILTER (WHERE quantity > 0) / 10000.0 AS value,
        sum(CAST(round(quantity * 10000) AS BIGINT)) FILTER (WHERE quantity > 0) / 10000.0 AS units,
        sum(CAST(round(discount * 10000) AS BIGINT)) FILTER (WHERE quantity > 0) / 10000.0 AS of_lines
    FROM customer_lines
    GROUP BY customer_id, order_id
),
placed AS (
    SELECT orders.* FROM orders ANTI JOIN cancelled_orders ON orders.order_id = cancelled_orders.order_id
)
SELECT
    coalesce(summed.customer_id, placed.customer_id) AS customer_id,
    coalesce(summed.order_id, placed.order_id) AS order_id,
    coalesce(summed."at", placed."at") AS "at",
    coalesce(summed.value, placed.value) AS value,
    summed.units,
    round(greatest(placed.discount - coalesce(summed.of_lines, 0), 0), 4) AS discount,
    placed.session_id,
    placed.channel,
    placed.device,
    placed.payment_method
FROM summed FULL JOIN placed ON summed.order_id = placed.order_id
WHERE summed."at" IS NOT NULL OR (summed.order_id IS NULL AND placed.customer_id IS NOT NULL AND coalesce(placed.value, 0) >= 0)
