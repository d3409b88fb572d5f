-- The shop's trade a day, in the shop's time zone: a day begins at its midnight, not at Greenwich's.
SELECT
    CAST("at" AT TIME ZONE 'UTC' AT TIME ZONE '{time_zone}' AS DATE) AS date,
    coalesce(sum(quantity * price) FILTER (WHERE quantity > 0), 0.0) AS revenue,
    coalesce(-sum(quantity * price) FILTER (WHERE quantity < 0), 0.0) AS returned,
    count(DISTINCT order_id) FILTER (WHERE quantity > 0) AS n_orders,
    count(DISTINCT customer_id) FILTER (WHERE quantity > 0) AS n_customers,
    coalesce(sum(quantity) FILTER (WHERE quantity > 0), 0.0) AS units
FROM order_lines
GROUP BY ALL
ORDER BY date
