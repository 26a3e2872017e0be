-- A label whose exit comes after the last bar could not be known yet.
UPDATE labels SET label = NULL, forward_return = NULL, exit_ts = NULL
FROM (SELECT symbol, interval, max(ts) AS last_ts FROM bars GROUP BY symbol, interval) AS b
WHERE b.symbol = labels.symbol AND b.interval = labels.interval AND labels.exit_ts > b.last_ts
