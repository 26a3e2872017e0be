-- The best trials of an experiment, the baseline with them.
SELECT rank, trial, state, repeat_of, params, scores[1] AS score, sharpe, total_return, max_drawdown, n_trades, win_rate, violation,
       round(seconds, 3) AS seconds
FROM experiment_trials
WHERE experiment_id = $1
ORDER BY rank NULLS LAST, trial
LIMIT CAST($2 AS BIGINT)
