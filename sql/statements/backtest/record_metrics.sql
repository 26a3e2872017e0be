-- Stores a finished run's metrics from the view, so that leaderboards need not compute them again.
INSERT INTO run_metrics (run_id, split, step, key, value)
SELECT run_id, 'backtest', 0, key, value
FROM (SELECT run_id, CAST(COLUMNS(* EXCLUDE (run_id)) AS DOUBLE) FROM run_performance WHERE run_id = $1)
UNPIVOT INCLUDE NULLS (value FOR key IN (COLUMNS(* EXCLUDE (run_id))))
