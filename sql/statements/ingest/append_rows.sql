-- A batch of rows that come after everything stored of their symbols.
-- $1, $2 rows, $3 their symbol when it is the same for all, $4 interval, $5 adjustment, $6 source, $7 now.
INSERT INTO bars BY NAME
SELECT * REPLACE (
           coalesce($3, symbol) AS symbol,
           CASE WHEN NOT isnan(volume) THEN volume END AS volume,
           CASE WHEN NOT isnan(vwap) THEN vwap END AS vwap),
       $4 AS interval, $5 AS adjustment, $6 AS source, make_timestamp($7) AS ingested_at
FROM (FROM arrow($1) UNION ALL FROM arrow($2))
