-- The visits of known customers: a session, or a day in the shop's time zone where no session is known. What was done before
-- the login belongs to it. The purchase of an order that was cancelled
-- since was no more than a checkout.
WITH told AS (
    SELECT
        customer_id,
        coalesce(session_id, 'day:' || CAST(local_times.date AS VARCHAR)) AS visit_id,
        session_id,
        "at",
        CASE WHEN event = 'purchase' AND cancelled_orders.order_id IS NOT NULL THEN 'add_payment_info' ELSE event END AS event,
        channel,
        device
    FROM customer_events
    LEFT JOIN local_times ON session_id IS NULL AND local_times.quarter_at = time_bucket(INTERVAL 15 MINUTE, "at")
    LEFT JOIN cancelled_orders ON customer_events.order_id = cancelled_orders.order_id
    WHERE event <> 'refund'
),
visits AS (
    SELECT
        customer_id,
        visit_id,
        min(session_id) AS session_id,
        min("at") AS started_at,
        max("at") AS ended_at,
        min(channel) AS channel,
        min(device) AS device,
        count(*) FILTER (WHERE event = 'view_item') AS n_views,
        count(*) FILTER (WHERE event = 'add_to_cart') AS n_carts,
        max(CASE WHEN event = 'begin_checkout' THEN 1 ELSE 0 END) AS n_checkouts,
        greatest(count(*) FILTER (WHERE event = 'search'), count(*) FILTER (WHERE event = 'view_search_results')) AS n_searches,
        max(CASE
            WHEN event = 'purchase' THEN 4
            WHEN event IN ('begin_checkout', 'add_shipping_info', 'add_payment_info') THEN 3
            WHEN event IN ('add_to_cart', 'remove_from_cart', 'view_cart') THEN 2
            WHEN event IN ('view_item', 'select_item', 'add_to_wishlist', 'view_item_list', 'search', 'view_search_results') THEN 1
            ELSE 0
        END) AS told_depth
    FROM told
    GROUP BY customer_id, visit_id
),
bought AS (
    SELECT visits.customer_id, visit_id
    FROM visits JOIN customer_orders ON visits.customer_id = customer_orders.customer_id AND visits.session_id = customer_orders.session_id
    UNION
    SELECT visits.customer_id, visit_id
    FROM visits JOIN customer_orders ON visits.customer_id = customer_orders.customer_id
    JOIN local_times ON local_times.quarter_at = time_bucket(INTERVAL 15 MINUTE, customer_orders."at")
    WHERE customer_orders.session_id IS NULL AND (
        (visits.session_id IS NULL AND visits.visit_id = 'day:' || CAST(local_times.date AS VARCHAR))
        OR (visits.session_id IS NOT NULL AND customer_orders."at" BETWEEN started_at AND ended_at + INTERVAL 30 MINUTE)
    )
)
SELECT
    visits.customer_id,
    visits.visit_id,
    session_id,
    started_at,
    ended_at,
    channel,
    device,
    n_views,
    n_carts,
    n_checkouts,
    n_searches,
    CASE WHEN bought.visit_id IS NOT NULL THEN 4 ELSE told_depth END AS depth
FROM visits LEFT JOIN bought ON visits.customer_id = bought.customer_id AND visits.visit_id = bought.visit_id
