-- The last count of each product at each location, summed over the locations.
WITH last AS (
    SELECT product_id, quantity, "at"
    FROM stock_levels
    QUALIFY row_number() OVER (PARTITION BY product_id, coalesce(location, '') ORDER BY "at" DESC, stock_id DESC) = 1
)
SELECT product_id, sum(quantity) AS quantity, max("at") AS "at"
FROM last
GROUP BY product_id
ORDER BY product_id
