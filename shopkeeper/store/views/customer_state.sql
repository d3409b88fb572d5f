-- What is known of each customer at the moment of the view: its parts side by side, and what follows from two of them.
WITH known AS (
    SELECT customer_id FROM customers
    UNION SELECT customer_id FROM customer_state_orders
    UNION SELECT customer_id FROM customer_state_baskets
    UNION SELECT customer_id FROM customer_state_returns
    UNION SELECT customer_id FROM customer_state_contacts
),
facts AS (
    SELECT
        known.customer_id,
        orders.* EXCLUDE (customer_id),
        baskets.* EXCLUDE (customer_id),
        returns.* EXCLUDE (customer_id),
        contacts.* EXCLUDE (customer_id),
        comings.* EXCLUDE (customer_id),
        greatest(last_order_at, last_contact_at) AS last_seen_at
    FROM known
    LEFT JOIN customer_state_orders AS orders ON known.customer_id = orders.customer_id
    LEFT JOIN customer_state_baskets AS baskets ON known.customer_id = baskets.customer_id
    LEFT JOIN customer_state_returns AS returns ON known.customer_id = returns.customer_id
    LEFT JOIN customer_state_contacts AS contacts ON known.customer_id = contacts.customer_id
    LEFT JOIN customer_state_comings AS comings ON known.customer_id = comings.customer_id
)
SELECT
    customer_id,
    first_order_at,
    last_order_at,
    (greatest(epoch_us({as_of}), epoch_us(last_order_at)) - epoch_us(last_order_at)) / 86400000000.0 AS recency_days,
    (greatest(epoch_us({as_of}), epoch_us(first_order_at)) - epoch_us(first_order_at)) / 86400000000.0 AS tenure_days,
    CAST(coalesce(n_orders, 0) AS BIGINT) AS n_orders,
    CAST(coalesce(n_orders_12m, 0) AS BIGINT) AS n_orders_12m,
    CAST(coalesce(n_orders_90d, 0) AS BIGINT) AS n_orders_90d,
    gap_mean_days,
    gap_median_days,
    gap_std_days,
    regularity,
    (greatest(epoch_us({as_of}), epoch_us(last_order_at)) - epoch_us(last_order_at)) / 86400000000.0 / gap_mean_days AS overdue,
    coalesce(revenue, 0.0) AS revenue,
    coalesce(returned, 0.0) AS returned,
    round(coalesce(revenue, 0) - coalesce(returned, 0), 4) AS value,
    round(coalesce(revenue_12m, 0) - coalesce(returned_12m, 0), 4) AS value_12m,
    round(coalesce(revenue_90d, 0) - coalesce(returned_90d, 0), 4) AS value_90d,
    order_value_mean,
    coalesce(returned, 0) / nullif(revenue, 0) AS return_share,
    CAST(coalesce(n_returns, 0) AS BIGINT) AS n_returns,
    price_level,
    discount_share,
    n_bought / nullif(n_baskets, 0) AS basket_size_mean,
    basket_units_mean,
    CAST(coalesce(n_products, 0) AS BIGINT) AS n_products,
    (n_bought - n_products) / nullif(n_bought, 0) AS repeat_share,
    CAST(coalesce(n_categories, 0) AS BIGINT) AS n_categories,
    category,
    category_share,
    categories,
    CAST(coalesce(n_brands, 0) AS BIGINT) AS n_brands,
    brand,
    brand_share,
    brands,
    hour,
    hour_share,
    weekday,
    weekday_share,
    weekend_share,
    channel,
    channel_share,
    device,
    device_share,
    payment_method,
    last_seen_at,
    (greatest(epoch_us({as_of}), epoch_us(last_seen_at)) - epoch_us(last_seen_at)) / 86400000000.0 AS seen_days,
    CAST(coalesce(n_visits, 0) AS BIGINT) AS n_visits,
    CAST(coalesce(n_visits_30d, 0) AS BIGINT) AS n_visits_30d,
    CAST(coalesce(n_views, 0) AS BIGINT) AS n_views,
    CAST(coalesce(n_views_30d, 0) AS BIGINT) AS n_views_30d,
    CAST(coalesce(n_carts, 0) AS BIGINT) AS n_carts,
    CAST(coalesce(n_carts_30d, 0) AS BIGINT) AS n_carts_30d,
    CAST(coalesce(n_checkouts, 0) AS BIGINT) AS n_checkouts,
    CAST(coalesce(n_searches, 0) AS BIGINT) AS n_searches,
    search_words,
    funnel_depth,
    conversion,
    CAST(coalesce(n_reviews, 0) AS BIGINT) AS n_reviews,
    rating_mean,
    CAST(coalesce(n_messages, 0) AS BIGINT) AS n_messages,
    last_message_at
FROM facts
ORDER BY customer_id
