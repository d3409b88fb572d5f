-- What is known of each customer at the moment of the view. Everything that is added is a whole number (ten-thousandths of
-- money and pieces, seconds of time), so that the result is the same to the last bit however the rows lie.
WITH ordered AS (
    SELECT *, epoch_us("at") // 1000000 AS second, CAST(round(value * 10000) AS BIGINT) AS worth FROM customer_orders
),
given_back AS (
    SELECT customer_id, "at", -CAST(round(quantity * price * 10000) AS BIGINT) AS worth
    FROM customer_lines
    WHERE quantity < 0
    UNION ALL
    SELECT customer_id, "at", -CAST(round(value * 10000) AS BIGINT)
    FROM orders
    WHERE customer_id IS NOT NULL AND value < 0 AND order_id NOT IN (SELECT order_id FROM customer_lines)
),
gaps AS (
    SELECT customer_id, second - lag(second) OVER (PARTITION BY customer_id ORDER BY second) AS gap FROM ordered
),
gap_facts AS (
    SELECT
        customer_id,
        median(gap) / 86400.0 AS gap_median_days,
        count(gap) AS n_gaps,
        CAST(sum(gap) AS DOUBLE) AS gap_sum,
        CAST(sum(CAST(gap AS HUGEINT) * gap) AS DOUBLE) AS gap_squares
    FROM gaps
    WHERE gap IS NOT NULL
    GROUP BY customer_id
),
order_facts AS (
    SELECT
        customer_id,
        min("at") AS first_order_at,
        max("at") AS last_order_at,
        count(*) AS n_orders,
        count(*) FILTER (WHERE "at" > {as_of} - INTERVAL 365 DAY) AS n_orders_12m,
        count(*) FILTER (WHERE "at" > {as_of} - INTERVAL 90 DAY) AS n_orders_90d,
        coalesce(sum(worth), 0) AS worth,
        coalesce(sum(worth) FILTER (WHERE "at" > {as_of} - INTERVAL 365 DAY), 0) AS worth_12m,
        coalesce(sum(worth) FILTER (WHERE "at" > {as_of} - INTERVAL 90 DAY), 0) AS worth_90d,
        count(worth) AS n_worth,
        sum(CAST(round(units * 10000) AS BIGINT)) AS units,
        sum(n_products) AS n_bought,
        count(n_products) AS n_baskets
    FROM ordered
    GROUP BY customer_id
),
return_facts AS (
    SELECT
        customer_id,
        count(*) AS n_returns,
        sum(worth) AS worth,
        coalesce(sum(worth) FILTER (WHERE "at" > {as_of} - INTERVAL 365 DAY), 0) AS worth_12m,
        coalesce(sum(worth) FILTER (WHERE "at" > {as_of} - INTERVAL 90 DAY), 0) AS worth_90d
    FROM given_back
    GROUP BY customer_id
),
usual AS (
    SELECT product_id, median(price + coalesce(discount, 0.0) / quantity) AS price
    FROM order_lines
    WHERE quantity > 0
    GROUP BY product_id
),
ranked AS (
    SELECT
        usual.product_id,
        (rank() OVER (PARTITION BY product_type ORDER BY usual.price) - 1
            + count(*) OVER (PARTITION BY product_type) - rank() OVER (PARTITION BY product_type ORDER BY usual.price DESC)) * 500000
            // nullif(count(*) OVER (PARTITION BY product_type) - 1, 0) AS level
    FROM usual LEFT JOIN products ON usual.product_id = products.product_id
),
bought AS (
    SELECT
        customer_id,
        customer_lines.product_id,
        count(*) AS n_lines,
        sum(CAST(round(quantity * customer_lines.price * 10000) AS BIGINT)) AS worth,
        count(*) FILTER (WHERE customer_lines.discount > 0 OR customer_lines.price < 0.99 * usual.price) AS n_reduced
    FROM customer_lines LEFT JOIN usual ON customer_lines.product_id = usual.product_id
    WHERE quantity > 0 AND customer_lines.product_id IS NOT NULL
    GROUP BY customer_id, customer_lines.product_id
),
product_facts AS (
    SELECT
        customer_id,
        count(*) AS n_products,
        sum(n_lines) AS n_lines,
        sum(n_reduced) AS n_reduced,
        sum(level * n_lines) / sum(n_lines) FILTER (WHERE level IS NOT NULL) / 1000000.0 AS price_level
    FROM bought LEFT JOIN ranked ON bought.product_id = ranked.product_id
    GROUP BY customer_id
),
comings AS (
    SELECT customer_id, channel, device FROM customer_visits
    UNION ALL
    SELECT customer_id, channel, device FROM ordered
    WHERE session_id IS NULL OR session_id NOT IN (SELECT session_id FROM events WHERE customer_id IS NOT NULL AND session_id IS NOT NULL)
),
quarters AS (
    SELECT quarter, quarter AT TIME ZONE 'UTC' AT TIME ZONE '{time_zone}' AS here
    FROM (SELECT DISTINCT time_bucket(INTERVAL 15 MINUTE, "at") AS quarter FROM ordered)
),
times AS (
    SELECT customer_id, hour(here) AS hour, isodow(here) AS weekday
    FROM ordered JOIN quarters ON quarters.quarter = time_bucket(INTERVAL 15 MINUTE, ordered."at")
),
words AS (
    SELECT DISTINCT
        customer_id,
        coalesce(session_id, CAST(CAST("at" AS DATE) AS VARCHAR)) AS visit_id,
        unnest(regexp_split_to_array(lower(search_term), '[^\p{L}\p{N}]+')) AS word
    FROM events
    WHERE customer_id IS NOT NULL AND search_term IS NOT NULL AND event IN ('search', 'view_search_results')
),
by_kind AS (
    SELECT customer_id, 'category' AS kind, product_type AS name, sum(worth) AS weight
    FROM bought JOIN products ON bought.product_id = products.product_id
    WHERE product_type IS NOT NULL
    GROUP BY customer_id, product_type
    UNION ALL
    SELECT customer_id, 'brand', brand, sum(worth)
    FROM bought JOIN products ON bought.product_id = products.product_id
    WHERE brand IS NOT NULL
    GROUP BY customer_id, brand
    UNION ALL
    SELECT customer_id, 'payment', payment_method, count(*)
    FROM ordered WHERE payment_method IS NOT NULL GROUP BY customer_id, payment_method
    UNION ALL
    SELECT customer_id, 'channel', channel, count(*)
    FROM comings WHERE channel IS NOT NULL GROUP BY customer_id, channel
    UNION ALL
    SELECT customer_id, 'device', device, count(*)
    FROM comings WHERE device IS NOT NULL GROUP BY customer_id, device
    UNION ALL
    SELECT customer_id, 'hour', CAST(100 + hour AS VARCHAR), count(*) FROM times GROUP BY customer_id, hour
    UNION ALL
    SELECT customer_id, 'weekday', CAST(weekday AS VARCHAR), count(*) FROM times GROUP BY customer_id, weekday
    UNION ALL
    SELECT customer_id, 'word', word, count(*) FROM words GROUP BY customer_id, word
),
placed AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY customer_id, kind ORDER BY weight DESC, name) AS place,
        sum(weight) OVER (PARTITION BY customer_id, kind) AS all_weight,
        count(*) OVER (PARTITION BY customer_id, kind) AS n_names
    FROM by_kind
    WHERE name <> ''
),
tops AS (
    SELECT
        customer_id,
        kind,
        max(name) FILTER (WHERE place = 1) AS name,
        max(weight / nullif(all_weight, 0)) FILTER (WHERE place = 1) AS share,
        max(n_names) AS n_names,
        '{' || string_agg(CAST(to_json(name) AS VARCHAR) || ': ' || CAST(round(weight / nullif(all_weight, 0), 4) AS VARCHAR), ', ' ORDER BY place) || '}' AS shares,
        '[' || string_agg(CAST(to_json(name) AS VARCHAR), ', ' ORDER BY place) || ']' AS names
    FROM placed
    WHERE place <= 5
    GROUP BY customer_id, kind
),
weekends AS (
    SELECT customer_id, avg(CASE WHEN weekday >= 6 THEN 1.0 ELSE 0.0 END) AS share FROM times GROUP BY customer_id
),
visit_facts AS (
    SELECT
        customer_id,
        max(ended_at) AS last_at,
        count(*) AS n_visits,
        count(*) FILTER (WHERE ended_at > {as_of} - INTERVAL 30 DAY) AS n_visits_30d,
        sum(n_views) AS n_views,
        sum(n_carts) AS n_carts,
        sum(n_checkouts) AS n_checkouts,
        sum(n_searches) AS n_searches,
        sum(depth) / count(*) AS funnel_depth,
        count(*) FILTER (WHERE depth = 4) / count(*) AS conversion
    FROM customer_visits
    GROUP BY customer_id
),
lately AS (
    SELECT
        customer_id,
        count(*) FILTER (WHERE event = 'view_item') AS n_views,
        count(*) FILTER (WHERE event = 'add_to_cart') AS n_carts
    FROM events
    WHERE "at" > {as_of} - INTERVAL 30 DAY AND customer_id IS NOT NULL
    GROUP BY customer_id
),
review_facts AS (
    SELECT customer_id, max("at") AS last_at, count(*) AS n_reviews, sum(CAST(round(rating * 10000) AS BIGINT)) / 10000.0 / count(rating) AS rating_mean
    FROM reviews WHERE customer_id IS NOT NULL GROUP BY customer_id
),
message_facts AS (
    SELECT customer_id, max("at") AS last_at, count(*) AS n_messages
    FROM messages WHERE customer_id IS NOT NULL AND sender = 'customer' GROUP BY customer_id
),
known AS (
    SELECT customer_id FROM customers
    UNION SELECT customer_id FROM order_facts
    UNION SELECT customer_id FROM return_facts
    UNION SELECT customer_id FROM events WHERE customer_id IS NOT NULL
    UNION SELECT customer_id FROM review_facts
    UNION SELECT customer_id FROM message_facts
),
seen AS (
    SELECT known.customer_id, greatest(order_facts.last_order_at, visit_facts.last_at, review_facts.last_at, message_facts.last_at) AS last_seen_at
    FROM known
    LEFT JOIN order_facts ON known.customer_id = order_facts.customer_id
    LEFT JOIN visit_facts ON known.customer_id = visit_facts.customer_id
    LEFT JOIN review_facts ON known.customer_id = review_facts.customer_id
    LEFT JOIN message_facts ON known.customer_id = message_facts.customer_id
),
gap_shape AS (
    SELECT
        customer_id,
        gap_sum / n_gaps / 86400.0 AS mean_days,
        gap_median_days,
        sqrt(greatest(gap_squares - gap_sum * gap_sum / n_gaps, 0.0) / nullif(n_gaps - 1, 0)) / 86400.0 AS std_days
    FROM gap_facts
)
SELECT
    known.customer_id,
    first_order_at,
    last_order_at,
    greatest(epoch_us({as_of}) - epoch_us(last_order_at), 0) / 86400000000.0 AS recency_days,
    greatest(epoch_us({as_of}) - epoch_us(first_order_at), 0) / 86400000000.0 AS tenure_days,
    coalesce(n_orders, 0) AS n_orders,
    coalesce(n_orders_12m, 0) AS n_orders_12m,
    coalesce(n_orders_90d, 0) AS n_orders_90d,
    mean_days AS gap_mean_days,
    gap_median_days,
    std_days AS gap_std_days,
    1 / (1 + std_days / nullif(mean_days, 0)) AS regularity,
    greatest(epoch_us({as_of}) - epoch_us(last_order_at), 0) / 86400000000.0 / nullif(mean_days, 0) AS overdue,
    coalesce(order_facts.worth, 0) / 10000.0 AS revenue,
    coalesce(return_facts.worth, 0) / 10000.0 AS returned,
    (coalesce(order_facts.worth, 0) - coalesce(return_facts.worth, 0)) / 10000.0 AS value,
    (coalesce(order_facts.worth_12m, 0) - coalesce(return_facts.worth_12m, 0)) / 10000.0 AS value_12m,
    (coalesce(order_facts.worth_90d, 0) - coalesce(return_facts.worth_90d, 0)) / 10000.0 AS value_90d,
    order_facts.worth / 10000.0 / nullif(n_worth, 0) AS order_value_mean,
    coalesce(return_facts.worth, 0) / nullif(order_facts.worth, 0) AS return_share,
    coalesce(n_returns, 0) AS n_returns,
    price_level,
    n_reduced / n_lines AS discount_share,
    n_bought / nullif(n_baskets, 0) AS basket_size_mean,
    units / 10000.0 / nullif(n_baskets, 0) AS basket_units_mean,
    coalesce(n_products, 0) AS n_products,
    (n_bought - n_products) / nullif(n_bought, 0) AS repeat_share,
    coalesce(category.n_names, 0) AS n_categories,
    category.name AS category,
    category.share AS category_share,
    category.shares AS categories,
    coalesce(brand.n_names, 0) AS n_brands,
    brand.name AS brand,
    brand.share AS brand_share,
    brand.shares AS brands,
    CAST(hour.name AS BIGINT) - 100 AS hour,
    hour.share AS hour_share,
    CAST(weekday.name AS BIGINT) AS weekday,
    weekday.share AS weekday_share,
    weekends.share AS weekend_share,
    channel.name AS channel,
    channel.share AS channel_share,
    device.name AS device,
    device.share AS device_share,
    payment.name AS payment_method,
    last_seen_at,
    greatest(epoch_us({as_of}) - epoch_us(last_seen_at), 0) / 86400000000.0 AS seen_days,
    coalesce(n_visits, 0) AS n_visits,
    coalesce(n_visits_30d, 0) AS n_visits_30d,
    coalesce(visit_facts.n_views, 0) AS n_views,
    coalesce(lately.n_views, 0) AS n_views_30d,
    coalesce(visit_facts.n_carts, 0) AS n_carts,
    coalesce(lately.n_carts, 0) AS n_carts_30d,
    coalesce(n_checkouts, 0) AS n_checkouts,
    coalesce(n_searches, 0) AS n_searches,
    word.names AS search_words,
    funnel_depth,
    conversion,
    coalesce(n_reviews, 0) AS n_reviews,
    rating_mean,
    coalesce(n_messages, 0) AS n_messages,
    message_facts.last_at AS last_message_at
FROM known
LEFT JOIN seen ON known.customer_id = seen.customer_id
LEFT JOIN order_facts ON known.customer_id = order_facts.customer_id
LEFT JOIN gap_shape ON known.customer_id = gap_shape.customer_id
LEFT JOIN return_facts ON known.customer_id = return_facts.customer_id
LEFT JOIN product_facts ON known.customer_id = product_facts.customer_id
LEFT JOIN weekends ON known.customer_id = weekends.customer_id
LEFT JOIN visit_facts ON known.customer_id = visit_facts.customer_id
LEFT JOIN lately ON known.customer_id = lately.customer_id
LEFT JOIN review_facts ON known.customer_id = review_facts.customer_id
LEFT JOIN message_facts ON known.customer_id = message_facts.customer_id
LEFT JOIN tops AS category ON known.customer_id = category.customer_id AND category.kind = 'category'
LEFT JOIN tops AS brand ON known.customer_id = brand.customer_id AND brand.kind = 'brand'
LEFT JOIN tops AS hour ON known.customer_id = hour.customer_id AND hour.kind = 'hour'
LEFT JOIN tops AS weekday ON known.customer_id = weekday.customer_id AND weekday.kind = 'weekday'
LEFT JOIN tops AS channel ON known.customer_id = channel.customer_id AND channel.kind = 'channel'
LEFT JOIN tops AS device ON known.customer_id = device.customer_id AND device.kind = 'device'
LEFT JOIN tops AS payment ON known.customer_id = payment.customer_id AND payment.kind = 'payment'
LEFT JOIN tops AS word ON known.customer_id = word.customer_id AND word.kind = 'word'
ORDER BY known.customer_id
