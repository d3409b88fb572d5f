-- The lines of orders that were not cancelled. Neither what was ordered nor what was taken back of a cancelled one is trade.
SELECT line_id, owned_lines.order_id, "at", customer_id, product_id, quantity, price, discount
FROM owned_lines ANTI JOIN cancelled_orders ON owned_lines.order_id = cancelled_orders.order_id
