-- A part of customer_state: what the orders of each customer say.
WITH ordered AS (
    SELECT
        customer_id,
        "at",
        time_bucket(INTERVAL 15 MINUTE, "at") AS quarter,
        CAST(round(value * 10000) AS BIGINT) AS worth,
        CAST(round(units * 10000) AS BIGINT) AS units,
        payment_method
    FROM customer_orders
),
placed AS (
    SELECT customer_id, local_times.date AS day, hour, weekday, hour > 0 OR "at" <> quarter AS has_time
    FROM ordered JOIN local_times ON ordered.quarter = local_times.quarter_at
),
gaps AS (
    SELECT customer_id, day - lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS gap
    FROM (SELECT DISTINCT customer_id, day FROM placed)
),
rhythm AS (
    SELECT
        customer_id,
        sum(gap) / count(gap) AS mean_days,
        median(gap) AS median_days,
        sqrt((sum(gap * gap) - sum(gap) * sum(gap) / count(gap)) / nullif(count(gap) - 1, 0)) AS std_days
    FROM gaps
    WHERE gap IS NOT NULL
    GROUP BY customer_id
),
-- Where every order lies at midnight only its day is known, and nobody has a usual hour.
timed AS (
    SELECT 1 AS one FROM placed WHERE has_time LIMIT 1
),
hours AS (
    SELECT customer_id, max(n * 100 + 99 - hour) AS most
    FROM (SELECT customer_id, hour, count(*) AS n FROM placed CROSS JOIN timed GROUP BY customer_id, hour)
    GROUP BY customer_id
),
weekdays AS (
    SELECT customer_id, max(n * 10 + 9 - weekday) AS most, coalesce(sum(n) FILTER (WHERE weekday >= 6), 0) AS n_weekend
    FROM (SELECT customer_id, weekday, count(*) AS n FROM placed GROUP BY customer_id, weekday)
    GROUP BY customer_id
),
methods AS (
    SELECT payment_method, 100000 - row_number() OVER (ORDER BY payment_method) AS code
    FROM (SELECT DISTINCT payment_method FROM ordered WHERE payment_method IS NOT NULL)
),
payments AS (
    SELECT customer_id, max(n * 100000 + code) % 100000 AS code
    FROM (
        SELECT customer_id, code, count(*) AS n
        FROM ordered JOIN methods ON ordered.payment_method = methods.payment_method
        GROUP BY customer_id, code
    )
    GROUP BY customer_id
),
totals AS (
    SELECT
        customer_id,
        min("at") AS first_order_at,
        max("at") AS last_order_at,
        count(*) AS n_orders,
        count(*) FILTER (WHERE "at" > {as_of} - INTERVAL 365 DAY) AS n_orders_12m,
        count(*) FILTER (WHERE "at" > {as_of} - INTERVAL 90 DAY) AS n_orders_90d,
        coalesce(sum(worth), 0) / 10000.0 AS revenue,
        coalesce(sum(worth) FILTER (WHERE "at" > {as_of} - INTERVAL 365 DAY), 0) / 10000.0 AS revenue_12m,
        coalesce(sum(worth) FILTER (WHERE "at" > {as_of} - INTERVAL 90 DAY), 0) / 10000.0 AS revenue_90d,
        sum(worth) / 10000.0 / nullif(count(worth), 0) AS order_value_mean,
        sum(units) / 10000.0 / nullif(count(units), 0) AS basket_units_mean,
        count(units) AS n_baskets
    FROM ordered
    GROUP BY customer_id
)
SELECT
    totals.*,
    mean_days AS gap_mean_days,
    median_days AS gap_median_days,
    std_days AS gap_std_days,
    1 / (1 + std_days / mean_days) AS regularity,
    99 - hours.most % 100 AS hour,
    hours.most // 100 / n_orders AS hour_share,
    9 - weekdays.most % 10 AS weekday,
    weekdays.most // 10 / n_orders AS weekday_share,
    n_weekend / n_orders AS weekend_share,
    methods.payment_method
FROM totals
LEFT JOIN rhythm ON totals.customer_id = rhythm.customer_id
LEFT JOIN hours ON totals.customer_id = hours.customer_id
LEFT JOIN weekdays ON totals.customer_id = weekdays.customer_id
LEFT JOIN payments ON totals.customer_id = payments.customer_id
LEFT JOIN methods ON payments.code = methods.code
