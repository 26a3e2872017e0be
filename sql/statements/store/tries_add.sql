-- Enters finished runs into the ledger of tries. $1 run ids joined by line feeds, $2 the first and $3 the last of them, which
-- keep the scans short, $4 trial, backtest or campaign. Failed trials and baselines are none. The same as schemas/0012_tries.sql, for a few runs.
INSERT INTO tries
WITH asked AS (
    SELECT unnest(string_split($1, chr(10))) AS run_id
),
settings AS (
    SELECT run_id, string_agg(key || '=' || coalesce(value, ''), chr(10) ORDER BY key) AS text
    FROM run_params
    WHERE run_id BETWEEN $2 AND $3
      AND key NOT IN ('from', 'to', 'audit', 'periods_per_year') AND NOT starts_with(key, 'searched.') AND NOT starts_with(key, 'note.')
    GROUP BY run_id
),
returned AS (
    SELECT run_id, min(session_date) AS first_day, max(session_date) AS last_day, list(session_date ORDER BY session_date) AS days,
           list("return" ORDER BY session_date) AS returns
    FROM run_returns
    WHERE run_id BETWEEN $2 AND $3
    GROUP BY run_id
)
SELECT
    r.run_id,
    CAST($4 AS VARCHAR),
    coalesce(t.experiment_id, p.experiment_id),
    r.started_at,
    coalesce(r.symbols, []),
    r.interval,
    coalesce(CAST(e.dev_from AS DATE), d.first_day),
    coalesce(CAST(e.test_from - INTERVAL 1 MICROSECOND AS DATE), d.last_day),
    sha256(concat_ws(chr(10), r.strategy, array_to_string(r.symbols, ','), r.interval,
                     CASE WHEN e.subject = 'model' THEN CAST(r.seed AS VARCHAR) ELSE r.model_id END, s.text)),
    CASE WHEN t.state = 'finished' AND t.violation <= 0 AND t.repeat_of IS NULL THEN d.days END,
    CASE WHEN t.state = 'finished' AND t.violation <= 0 AND t.repeat_of IS NULL THEN d.returns END
FROM asked AS a
JOIN runs AS r ON r.run_id = a.run_id
LEFT JOIN returned AS d ON d.run_id = a.run_id
LEFT JOIN settings AS s ON s.run_id = a.run_id
LEFT JOIN trials AS t ON t.run_id = a.run_id AND t.run_id BETWEEN $2 AND $3
LEFT JOIN experiments AS e ON e.experiment_id = t.experiment_id
LEFT JOIN trials AS p ON p.run_id = r.parent_run_id
WHERE CASE WHEN t.run_id IS NULL THEN d.first_day IS NOT NULL ELSE t.trial > 0 AND t.state IN ('finished', 'pruned') END
  AND coalesce(CAST(e.dev_from AS DATE), d.first_day) IS NOT NULL AND coalesce(CAST(e.test_from AS DATE), d.last_day) IS NOT NULL
