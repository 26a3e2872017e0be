-- The rows of each chosen series and whether they have a label: what a split by time cuts, and counts its embargo in. $1 set,
-- $2 interval, $3 symbols joined by line feeds (empty: all).
SELECT symbol, epoch_us(ts) AS ts, label IS NOT NULL
FROM labels
WHERE label_set = $1 AND interval = $2
  AND ($3 = '' OR symbol IN (SELECT unnest(string_split($3, chr(10)))))
ORDER BY symbol, ts
