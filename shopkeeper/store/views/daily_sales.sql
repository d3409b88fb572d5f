-- The shop's trade a day, in the shop's time zone: a day begins at its midnight, not at Greenwich's. Cancelled orders are none.
-- Time zones are converted once a minute that occurs and not once a line: that is most of the work.
WITH minutes AS (
    SELECT minute, CAST(minute AT TIME ZONE 'UTC' AT TIME ZONE '{time_zone}' AS DATE) AS date
    FROM (SELECT DISTINCT date_trunc('minute', "at") AS minute FROM order_lines)
)
SELECT
    minutes.date,
    coalesce(sum(quantity * price) FILTER (WHERE quantity > 0), 0.0) AS revenue,
    coalesce(-sum(quantity * price) FILTER (WHERE quantity < 0), 0.0) AS returned,
    count(DISTINCT order_id) FILTER (WHERE quantity > 0) AS n_orders,
    count(DISTINCT customer_id) FILTER (WHERE quantity > 0) AS n_customers,
    coalesce(sum(quantity) FILTER (WHERE quantity > 0), 0.0) AS units
FROM sold_lines
JOIN minutes ON minutes.minute = date_trunc('minute', sold_lines."at")
GROUP BY ALL
ORDER BY date
