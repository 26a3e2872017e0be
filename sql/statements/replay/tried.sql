-- How often the same data was traded: other backtests of the same interval on any of the same symbols whose time overlaps.
-- $1 run, $2 symbols joined by line feeds, $3 interval, $4 first bar start, $5 newest close_ts read.
WITH bounds AS (
    SELECT run_id, max(try_cast(value AS TIMESTAMP)) AS first_ts
    FROM run_params
    WHERE key = 'from'
    GROUP BY run_id
)
SELECT count(*)
FROM runs AS r
LEFT JOIN bounds AS b ON b.run_id = r.run_id
WHERE r.run_id <> $1 AND r.kind = 'backtest' AND r.interval = $3
  AND list_has_any(r.symbols, string_split($2, chr(10)))
  AND (b.first_ts IS NULL OR b.first_ts < make_timestamp($5))
  AND (r.data_as_of IS NULL OR r.data_as_of > make_timestamp($4))
