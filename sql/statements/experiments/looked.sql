-- The finished backtest of a trial under a name, and the model that it asked: what a kill left of a look at the test.
SELECT run_id, model_id
FROM runs
WHERE kind = 'backtest' AND parent_run_id = $1 AND name = $2 AND status = 'finished'
ORDER BY started_at
LIMIT 1
