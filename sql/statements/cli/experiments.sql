-- Experiments, the newest first.
SELECT name, status, strategy, symbols, interval, scheme, sampler, n_trials, n_distinct, best_score, validation_sharpe, test_sharpe,
       deflated_sharpe, pbo, verdict, started_at, experiment_id
FROM experiment_summary
ORDER BY started_at DESC, experiment_id DESC
LIMIT CAST($1 AS BIGINT)
