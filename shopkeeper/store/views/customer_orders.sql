-- The orders of known customers, one row each. Worths and pieces are added as whole ten-thousandths: the sum is then the same
-- to the last bit however the rows lie.
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
)
SELECT
    coalesce(summed.customer_id, orders.customer_id) AS customer_id,
    coalesce(summed.order_id, orders.order_id) AS order_id,
    coalesce(summed."at", orders."at") AS "at",
    coalesce(summed.value, orders.value) AS value,
    summed.units,
    round(greatest(orders.discount - coalesce(summed.of_lines, 0), 0), 4) AS discount,
    orders.session_id,
    orders.channel,
    orders.device,
    orders.payment_method
FROM summed FULL JOIN orders ON summed.order_id = orders.order_id
WHERE summed."at" IS NOT NULL OR (summed.order_id IS NULL AND orders.customer_id IS NOT NULL AND coalesce(orders.value, 0) >= 0)
