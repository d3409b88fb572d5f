-- What each product usually costs, and how dear that is among the products of its category.
-- The catalog's price is not asked: it is only today's, and may hold taxes that the lines' prices do not.
WITH prices AS (
    SELECT product_id, price + coalesce(discount, 0.0) / quantity AS price, count(*) AS n
    FROM order_lines
    WHERE quantity > 0
    GROUP BY product_id, price + coalesce(discount, 0.0) / quantity
),
below AS (
    SELECT
        product_id,
        price,
        2 * sum(n) OVER (PARTITION BY product_id ORDER BY price) AS twice_up_to,
        sum(n) OVER (PARTITION BY product_id) AS total
    FROM prices
),
usual AS (
    SELECT
        product_id,
        (min(price) FILTER (WHERE twice_up_to >= total) + min(price) FILTER (WHERE twice_up_to > total)) / 2 AS usual_price
    FROM below
    GROUP BY product_id
),
ranked AS (
    SELECT
        usual.product_id,
        usual_price,
        count(*) OVER (PARTITION BY product_type) AS n,
        rank() OVER (PARTITION BY product_type ORDER BY usual_price) AS from_below,
        rank() OVER (PARTITION BY product_type ORDER BY usual_price DESC) AS from_above
    FROM usual LEFT JOIN products ON usual.product_id = products.product_id
)
SELECT product_id, usual_price, (n - 1 + from_below - from_above) / (2.0 * nullif(n - 1, 0)) AS price_level
FROM ranked
