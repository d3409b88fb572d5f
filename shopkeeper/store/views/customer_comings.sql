-- How customers came, each time: visits, and orders placed outside of those that are known.
WITH sessions AS (
    SELECT DISTINCT customer_id, session_id FROM customer_visits WHERE session_id IS NOT NULL
)
SELECT customer_id, channel, device
FROM customer_visits
UNION ALL
SELECT customer_orders.customer_id, customer_orders.channel, customer_orders.device
FROM customer_orders
LEFT JOIN sessions ON customer_orders.customer_id = sessions.customer_id AND customer_orders.session_id = sessions.session_id
WHERE sessions.session_id IS NULL
