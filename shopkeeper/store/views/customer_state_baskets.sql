-- A part of customer_state: what the lines of each customer say: products, prices, categories, brands.
WITH coupons AS (
    SELECT customer_id, order_id FROM customer_orders WHERE discount > 0
),
bought AS (
    SELECT
        customer_lines.customer_id,
        customer_lines.product_id,
        count(*) AS n_lines,
        count(DISTINCT customer_lines.order_id) AS n_orders,
        sum(CAST(round(quantity * price * 10000) AS BIGINT)) AS worth,
        count(*) FILTER (WHERE customer_lines.discount > 0 OR price < 0.95 * usual_price OR coupons.order_id IS NOT NULL) AS n_reduced,
        max(CAST(round(price_level * 1000000) AS BIGINT)) AS level
    FROM customer_lines
    LEFT JOIN usual_prices ON customer_lines.product_id = usual_prices.product_id
    LEFT JOIN coupons ON customer_lines.customer_id = coupons.customer_id AND customer_lines.order_id = coupons.order_id
    WHERE quantity > 0 AND customer_lines.product_id IS NOT NULL
    GROUP BY customer_lines.customer_id, customer_lines.product_id
),
totals AS (
    SELECT
        customer_id,
        count(*) AS n_products,
        sum(n_orders) AS n_bought,
        sum(n_reduced) / sum(n_lines) AS discount_share,
        sum(level * n_lines) / sum(n_lines) FILTER (WHERE level IS NOT NULL) / 1000000.0 AS price_level
    FROM bought
    GROUP BY customer_id
),
named AS (
    SELECT customer_id, 1 AS kind, product_type AS name, sum(worth) AS worth
    FROM bought JOIN products ON bought.product_id = products.product_id
    WHERE product_type <> ''
    GROUP BY customer_id, product_type
    UNION ALL
    SELECT customer_id, 2 AS kind, brand AS name, sum(worth) AS worth
    FROM bought JOIN products ON bought.product_id = products.product_id
    WHERE brand <> ''
    GROUP BY customer_id, brand
),
ranked AS (
    SELECT
        customer_id,
        kind,
        name,
        worth / nullif(sum(worth) OVER (PARTITION BY customer_id, kind), 0) AS share,
        count(*) OVER (PARTITION BY customer_id, kind) AS n,
        row_number() OVER (PARTITION BY customer_id, kind ORDER BY worth DESC, name) AS place
    FROM named
),
quoted AS (
    SELECT name, CAST(to_json(name) AS VARCHAR) || ': ' AS text FROM (SELECT DISTINCT name FROM named)
),
pieces AS (
    SELECT customer_id, kind, ranked.name, share, n, place, text || coalesce(CAST(round(share, 4) AS VARCHAR), 'null') AS piece
    FROM ranked JOIN quoted ON ranked.name = quoted.name
    WHERE place <= 5
),
tops AS (
    SELECT
        customer_id,
        kind,
        max(n) AS n,
        max(name) FILTER (WHERE place = 1) AS name,
        max(share) FILTER (WHERE place = 1) AS share,
        '{' || max(piece) FILTER (WHERE place = 1)
            || coalesce(', ' || max(piece) FILTER (WHERE place = 2), '')
            || coalesce(', ' || max(piece) FILTER (WHERE place = 3), '')
            || coalesce(', ' || max(piece) FILTER (WHERE place = 4), '')
            || coalesce(', ' || max(piece) FILTER (WHERE place = 5), '')
            || '}' AS shares
    FROM pieces
    GROUP BY customer_id, kind
)
SELECT
    totals.customer_id,
    price_level,
    discount_share,
    n_products,
    n_bought,
    categories.n AS n_categories,
    categories.name AS category,
    categories.share AS category_share,
    categories.shares AS categories,
    brands.n AS n_brands,
    brands.name AS brand,
    brands.share AS brand_share,
    brands.shares AS brands
FROM totals
LEFT JOIN tops AS categories ON totals.customer_id = categories.customer_id AND categories.kind = 1
LEFT JOIN tops AS brands ON totals.customer_id = brands.customer_id AND brands.kind = 2
