-- Daily returns of the distinct trials of other experiments on any of the same symbols that have a return on the first and the
-- last of these days and on as many: the best by Sharpe ratio, a row a day. $1 experiment, $2 its symbols joined by line feeds,
-- $3 first and $4 last day since 1970-01-01, $5 how many days, $6 how many trials at most.
WITH known AS (
    SELECT DISTINCT identity FROM tries WHERE experiment_id = $1
),
others AS (
    SELECT t.run_id, t.days, t.returns
    FROM tries AS t
    ANTI JOIN known AS k ON k.identity = t.identity
    WHERE t.kind = 'trial' AND t.experiment_id <> $1 AND t.returns IS NOT NULL AND len(t.days) >= $5
      AND t.days[1] <= DATE '1970-01-01' + CAST($3 AS INTEGER) AND t.days[-1] >= DATE '1970-01-01' + CAST($4 AS INTEGER)
      AND list_has_any(t.symbols, string_split($2, chr(10)))
    QUALIFY row_number() OVER (PARTITION BY t.identity ORDER BY t.run_id) = 1
),
placed AS (
    SELECT row_number() OVER (ORDER BY list_avg(returns) / nullif(list_stddev_samp(returns), 0) DESC NULLS LAST, run_id) AS place, days, returns
    FROM others
),
daily AS (
    SELECT place, unnest(days) AS day, unnest(returns) AS value
    FROM placed
    WHERE place <= $6
)
SELECT place, CAST(epoch(day) / 86400 AS INTEGER), value
FROM daily
ORDER BY place, day
