-- Every order line with its customer: its own, or else its order's.
SELECT
    line_id,
    order_lines.order_id,
    "at",
    coalesce(order_lines.customer_id, order_customers.customer_id) AS customer_id,
    product_id,
    quantity,
    price,
    discount
FROM order_lines LEFT JOIN order_customers ON order_lines.order_id = order_customers.order_id
