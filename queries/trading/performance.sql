-- about: Every metric of a run with what it means
-- params: run VARCHAR
WITH
numbers AS (
    SELECT CAST(COLUMNS(* EXCLUDE (run_id, kind, name, strategy, interval, currency, first_date, last_date, annualised_warning)) AS DOUBLE)
    FROM run_performance
    WHERE run_id = $run
),
metrics AS (
    SELECT metric, value
    FROM numbers UNPIVOT INCLUDE NULLS (value FOR metric IN (COLUMNS(*)))
)
SELECT m.metric, m.value, c.comment AS meaning
FROM metrics AS m
JOIN duckdb_columns() AS c ON c.table_name = 'run_performance' AND c.column_name = m.metric
ORDER BY c.column_index
