-- Start of the bar from which each series is read so that so many bars come before a time; series with none are not there.
-- $1 symbols joined by line feeds, $2 interval, $3 time, $4 bars.
SELECT b.symbol, epoch_us(list_min(max(b.ts, CAST($4 AS BIGINT))))
FROM bars AS b
SEMI JOIN (SELECT unnest(string_split($1, chr(10))) AS symbol) AS w ON w.symbol = b.symbol
WHERE b.interval = $2 AND b.ts < make_timestamp($3)
GROUP BY b.symbol
