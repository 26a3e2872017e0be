-- Trials of an experiment in their order, for its pictures and its table.
SELECT
    trial, state, is_winner, is_feasible, on_front, rank, scores[1] AS score, scores[2] AS score_2, params, sharpe, total_return,
    max_drawdown, n_trades, win_rate, turnover, seconds, error
FROM experiment_trials
WHERE experiment_id = $1
ORDER BY trial
