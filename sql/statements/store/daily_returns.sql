-- Daily returns of a run by day since 1970-01-01, ascending.
SELECT session_date - DATE '1970-01-01' AS day, "return"
FROM run_returns
WHERE run_id = $1
ORDER BY session_date
