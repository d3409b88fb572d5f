-- Orders that were called off: the newest of their states is cancelled. What came back or was paid back later (returned, refunded)
-- says nothing about that: an order that was cancelled and refunded stays cancelled, one that was delivered and came back was a
-- purchase. Of states of one moment, as where only days are known, cancelled is the last. Only orders that were ever cancelled
-- are looked at: these are few.
WITH ever AS (
    SELECT DISTINCT order_id FROM order_status WHERE status = 'cancelled'
),
newest AS (
    SELECT order_status.order_id, status
    FROM order_status JOIN ever ON order_status.order_id = ever.order_id
    WHERE status NOT IN ('returned', 'refunded')
    QUALIFY row_number() OVER (
        PARTITION BY order_status.order_id ORDER BY "at" DESC, CASE WHEN status = 'cancelled' THEN 1 ELSE 0 END DESC, status_id DESC
    ) = 1
)
SELECT order_id FROM newest WHERE status = 'cancelled'
