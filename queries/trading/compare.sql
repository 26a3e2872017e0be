-- about: The metrics of two runs side by side, and their difference
-- params: run VARCHAR, other VARCHAR
WITH
numbers AS (
    SELECT run_id, CAST(COLUMNS(* EXCLUDE (run_id, kind, name, strategy, interval, currency, first_date, last_date, annualised_warning)) AS DOUBLE)
    FROM run_performance
    WHERE run_id IN ($run, $other)
),
metrics AS (
    SELECT run_id, metric, value
    FROM numbers UNPIVOT INCLUDE NULLS (value FOR metric IN (COLUMNS(* EXCLUDE (run_id))))
)
SELECT
    m.metric,
    max(m.value) FILTER (m.run_id = $run)      AS run,
    max(m.value) FILTER (m.run_id = $other)    AS other,
    max(m.value) FILTER (m.run_id = $run) - max(m.value) FILTER (m.run_id = $other) AS difference
FROM metrics AS m
JOIN duckdb_columns() AS c ON c.table_name = 'run_performance' AND c.column_name = m.metric
GROUP BY m.metric
ORDER BY min(c.column_index)
