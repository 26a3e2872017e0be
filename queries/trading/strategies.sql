-- about: Strategies by their score over all traces, with the flag of their last 100
SELECT c.mode, c.rank, c.strategy, c.model_id, c.n, c.score, c.sharpe, c.precision_long, c.win_rate, c.hit_ratio, c.mean_return, r.degraded, r.reasons
FROM strategy_comparison AS c
JOIN rolling_performance AS r ON r.mode = c.mode AND r.strategy = c.strategy AND r.model_id = c.model_id
ORDER BY c.mode, c.rank NULLS LAST, c.strategy, c.model_id
