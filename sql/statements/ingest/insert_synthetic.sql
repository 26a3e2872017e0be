-- A batch of simulated bars. $1, $2 rows, $3 symbol, $4 interval, $5 now.
INSERT INTO bars BY NAME
SELECT *, $3 AS symbol, $4 AS interval, 'raw' AS adjustment, 'synthetic' AS source, make_timestamp($5) AS ingested_at
FROM (FROM arrow($1) UNION ALL FROM arrow($2))
