-- What a deployment of the winner has to hold, in the order it is told.
SELECT metric, comparison, baseline, winner, promote_at, roll_back_at, sessions
FROM experiment_thresholds
WHERE experiment_id = $1
ORDER BY list_position(['sharpe', 'precision_long', 'hit_ratio', 'win_rate', 'max_drawdown', 'latency_ms', 'n_trades'], metric)
         NULLS LAST, metric
