-- A part of customer_state: how each customer comes most often; of equally frequent ways the first by name.
WITH channels AS (
    SELECT channel AS name, 100000 - row_number() OVER (ORDER BY channel) AS code
    FROM (SELECT DISTINCT channel FROM customer_comings WHERE channel <> '')
),
devices AS (
    SELECT device AS name, 100000 - row_number() OVER (ORDER BY device) AS code
    FROM (SELECT DISTINCT device FROM customer_comings WHERE device <> '')
),
by_channel AS (
    SELECT customer_id, max(n * 100000 + code) AS most, sum(n) AS n
    FROM (
        SELECT customer_id, code, count(*) AS n
        FROM customer_comings JOIN channels ON customer_comings.channel = channels.name
        GROUP BY customer_id, code
    )
    GROUP BY customer_id
),
by_device AS (
    SELECT customer_id, max(n * 100000 + code) AS most, sum(n) AS n
    FROM (
        SELECT customer_id, code, count(*) AS n
        FROM customer_comings JOIN devices ON customer_comings.device = devices.name
        GROUP BY customer_id, code
    )
    GROUP BY customer_id
)
SELECT
    coalesce(by_channel.customer_id, by_device.customer_id) AS customer_id,
    channels.name AS channel,
    by_channel.most // 100000 / by_channel.n AS channel_share,
    devices.name AS device,
    by_device.most // 100000 / by_device.n AS device_share
FROM by_channel
FULL JOIN by_device ON by_channel.customer_id = by_device.customer_id
LEFT JOIN channels ON by_channel.most % 100000 = channels.code
LEFT JOIN devices ON by_device.most % 100000 = devices.code
