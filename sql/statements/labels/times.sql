-- When a set has labels, over all chosen series together: what a split by time cuts. $1 set, $2 interval, $3 symbols
-- joined by line feeds (empty: all).
SELECT DISTINCT epoch_us(ts) AS ts
FROM labels
WHERE label_set = $1 AND interval = $2 AND label IS NOT NULL
  AND ($3 = '' OR symbol IN (SELECT unnest(string_split($3, chr(10)))))
ORDER BY ts
