-- Executions of a run in bars whose volume is 0, and all of them.
SELECT n_fills_without_volume, n_fills
FROM execution_quality
WHERE run_id = $1 AND n_fills_without_volume > 0
