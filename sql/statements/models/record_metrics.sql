-- Keeps a run's classification metrics as their view computes them, so that leaderboards need not compute them again.
-- $1 run, $2 split.
INSERT INTO run_metrics (run_id, split, step, key, value)
SELECT run_id, split, 0, key, value
FROM (SELECT run_id, split, CAST(COLUMNS(* EXCLUDE (run_id, split)) AS DOUBLE)
      FROM classifier_metrics
      WHERE run_id = $1 AND split = $2)
UNPIVOT INCLUDE NULLS (value FOR key IN (COLUMNS(* EXCLUDE (run_id, split))))
