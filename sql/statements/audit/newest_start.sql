-- Start of the earliest of the newest bars of a series.
SELECT epoch_us(min(ts)) FROM (SELECT ts FROM bars WHERE symbol = $1 AND interval = $2 ORDER BY ts DESC LIMIT $3)
