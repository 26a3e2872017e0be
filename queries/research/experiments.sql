-- about: Experiments, the newest first: what won, how it did on the untouched test, and whether it could be luck
-- params: limit BIGINT = 20
SELECT
    experiment_id, name, status, subject, scheme, sampler, n_trials, n_distinct, n_pruned, n_failed, best_score, baseline_score, winner_trial,
    validation_sharpe, test_sharpe, baseline_test_sharpe, deflated_sharpe, pbo, spa_p, verdict, reason
FROM experiment_summary
ORDER BY started_at DESC, experiment_id DESC
LIMIT $limit
