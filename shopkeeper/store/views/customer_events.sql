-- What known customers did: their events, and those of the same visit before they said who they were. A visit that names two
-- customers stays as it was told.
SELECT
    event_id, "at", event, customer_id, session_id, product_id, order_id, quantity, value, search_term, place, position, channel,
    device, decision_id
FROM events
WHERE customer_id IS NOT NULL
UNION ALL
SELECT
    event_id, "at", event, session_customers.customer_id, events.session_id, product_id, order_id, quantity, value, search_term,
    place, position, channel, device, decision_id
FROM events JOIN session_customers ON events.session_id = session_customers.session_id
WHERE events.customer_id IS NULL
