-- A batch of rows that waits for the merge. $1, $2 rows, $3 their symbol when it is the same for all.
INSERT INTO staged_bars
SELECT * REPLACE (
    coalesce($3, symbol) AS symbol,
    CASE WHEN NOT isnan(volume) THEN volume END AS volume,
    CASE WHEN NOT isnan(vwap) THEN vwap END AS vwap)
FROM (FROM arrow($1) UNION ALL FROM arrow($2))
