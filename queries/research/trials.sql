-- about: Trials of an experiment with their metrics on validation, the best first; the newest experiment unless one is named, by id or name
-- params: experiment VARCHAR = NULL, limit BIGINT = 50
SELECT
    rank, trial, state, repeat_of, is_winner, is_feasible, on_front, objective, score, params, sharpe, total_return, max_drawdown, n_trades,
    win_rate, turnover, seconds, run_id, error
FROM experiment_trials
WHERE experiment_id = (
    SELECT max_by(run_id, (started_at, run_id)) FROM runs
    WHERE kind = 'experiment' AND ($experiment IS NULL OR run_id = $experiment OR name = $experiment))
ORDER BY rank NULLS LAST, state <> 'finished', trial
LIMIT $limit
