-- The lines of orders that were not cancelled. Neither what was ordered nor what was taken back of a cancelled one is trade.
SELECT line_id, order_lines.order_id, "at", customer_id, product_id, quantity, price, discount
FROM order_lines ANTI JOIN cancelled_orders ON order_lines.order_id = cancelled_orders.order_id
