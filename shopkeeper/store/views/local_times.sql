-- The shop's own time in each quarter of an hour in which customers did something. Time zones are converted once a quarter that
-- occurs and not once a row, which is most of the work; no zone changes its clocks within one.
WITH quarters AS (
    SELECT DISTINCT time_bucket(INTERVAL 15 MINUTE, "at") AS quarter_at FROM customer_orders
    UNION
    SELECT DISTINCT time_bucket(INTERVAL 15 MINUTE, "at") AS quarter_at FROM events WHERE customer_id IS NOT NULL AND session_id IS NULL
),
here AS (
    SELECT quarter_at, quarter_at AT TIME ZONE 'UTC' AT TIME ZONE '{time_zone}' AS local FROM quarters
)
SELECT quarter_at, CAST(local AS DATE) AS date, hour(local) AS hour, isodow(local) AS weekday
FROM here
