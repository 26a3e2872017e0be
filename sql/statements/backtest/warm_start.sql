-- Start of the bar from which a series is read so that so many bars come before a time; NULL when none do.
-- $1 symbol, $2 interval, $3 time, $4 bars.
SELECT epoch_us(min(ts))
FROM (
    SELECT ts
    FROM bars
    WHERE symbol = $1 AND interval = $2 AND ts < make_timestamp($3)
    ORDER BY ts DESC
    LIMIT $4
)
