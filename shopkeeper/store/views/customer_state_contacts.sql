-- A part of customer_state: visits, searches, reviews and messages of each customer.
WITH visits AS (
    SELECT
        customer_id,
        max(ended_at) AS last_visit_at,
        count(*) AS n_visits,
        count(*) FILTER (WHERE ended_at > {as_of} - INTERVAL 30 DAY) AS n_visits_30d,
        CAST(sum(n_views) AS BIGINT) AS n_views,
        CAST(sum(n_carts) AS BIGINT) AS n_carts,
        CAST(sum(n_checkouts) AS BIGINT) AS n_checkouts,
        CAST(sum(n_searches) AS BIGINT) AS n_searches,
        sum(depth) / count(*) AS funnel_depth,
        count(*) FILTER (WHERE depth = 4) / count(*) AS conversion
    FROM customer_visits
    GROUP BY customer_id
),
lately AS (
    SELECT
        customer_id,
        count(*) FILTER (WHERE event = 'view_item') AS n_views_30d,
        count(*) FILTER (WHERE event = 'add_to_cart') AS n_carts_30d
    FROM customer_events
    WHERE "at" > {as_of} - INTERVAL 30 DAY
    GROUP BY customer_id
),
said AS (
    SELECT DISTINCT
        customer_id,
        coalesce(session_id, CAST(CAST("at" AS DATE) AS VARCHAR)) AS visit,
        unnest(regexp_split_to_array(lower(search_term), '[^\p{L}\p{N}]+')) AS word
    FROM customer_events
    WHERE search_term IS NOT NULL AND event IN ('search', 'view_search_results')
),
placed AS (
    SELECT customer_id, word, row_number() OVER (PARTITION BY customer_id ORDER BY count(*) DESC, word) AS place
    FROM said
    WHERE word <> ''
    GROUP BY customer_id, word
),
searches AS (
    SELECT customer_id, '[' || string_agg(CAST(to_json(word) AS VARCHAR), ', ' ORDER BY place) || ']' AS search_words
    FROM placed
    WHERE place <= 5
    GROUP BY customer_id
),
written AS (
    SELECT
        customer_id,
        max("at") AS last_review_at,
        count(*) AS n_reviews,
        sum(CAST(round(rating * 10000) AS BIGINT)) / 10000.0 / nullif(count(rating), 0) AS rating_mean
    FROM reviews
    WHERE customer_id IS NOT NULL
    GROUP BY customer_id
),
asked AS (
    SELECT customer_id, max("at") AS last_message_at, count(*) AS n_messages
    FROM messages
    WHERE customer_id IS NOT NULL AND sender = 'customer'
    GROUP BY customer_id
),
known AS (
    SELECT customer_id FROM visits
    UNION SELECT customer_id FROM written
    UNION SELECT customer_id FROM asked
)
SELECT
    known.customer_id,
    greatest(last_visit_at, last_review_at, last_message_at) AS last_contact_at,
    n_visits,
    n_visits_30d,
    n_views,
    n_views_30d,
    n_carts,
    n_carts_30d,
    n_checkouts,
    n_searches,
    search_words,
    funnel_depth,
    conversion,
    n_reviews,
    rating_mean,
    n_messages,
    last_message_at
FROM known
LEFT JOIN visits ON known.customer_id = visits.customer_id
LEFT JOIN lately ON known.customer_id = lately.customer_id
LEFT JOIN searches ON known.customer_id = searches.customer_id
LEFT JOIN written ON known.customer_id = written.customer_id
LEFT JOIN asked ON known.customer_id = asked.customer_id
