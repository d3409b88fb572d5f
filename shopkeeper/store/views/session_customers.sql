-- Whose each visit was: the one customer whom its events or its order name, in visits that may have begun before the login.
-- Where every event with a session names its customer there is nothing to find out, and nothing is grouped.
WITH unnamed AS (
    SELECT 1 AS one FROM events WHERE customer_id IS NULL AND session_id IS NOT NULL LIMIT 1
),
named AS (
    SELECT session_id, customer_id FROM events CROSS JOIN unnamed WHERE session_id IS NOT NULL AND customer_id IS NOT NULL
    UNION ALL
    SELECT session_id, customer_id FROM orders CROSS JOIN unnamed WHERE session_id IS NOT NULL AND customer_id IS NOT NULL
)
SELECT session_id, min(customer_id) AS customer_id
FROM named
GROUP BY session_id
HAVING min(customer_id) = max(customer_id)
