-- What each product costs: the last price of its history, else the catalog's.
WITH last AS (
    SELECT product_id, price, sale_price
    FROM prices
    WHERE channel IS NULL
    QUALIFY row_number() OVER (PARTITION BY product_id ORDER BY "at" DESC, price_id DESC) = 1
)
SELECT
    coalesce(last.product_id, products.product_id) AS product_id,
    CASE WHEN last.product_id IS NOT NULL THEN last.price ELSE products.price END AS price,
    CASE WHEN last.product_id IS NOT NULL THEN last.sale_price ELSE products.sale_price END AS sale_price
FROM products FULL JOIN last ON products.product_id = last.product_id
WHERE coalesce(last.price, products.price) IS NOT NULL
ORDER BY 1
