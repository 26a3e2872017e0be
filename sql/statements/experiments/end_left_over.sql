-- A look at the test period that a kill has cut off is over.
UPDATE runs
SET status = 'failed', error = 'stopped before its end'
WHERE kind = 'backtest' AND parent_run_id = $1 AND name = $2 AND status = 'running'
