-- The runs of an experiment: itself, its trials, and what looked at the test period. Times in ms since 1970.
SELECT
    r.run_id,
    CASE WHEN r.run_id <> e.experiment_id THEN e.experiment_id END AS parent_run_id,
    CASE r.run_id
        WHEN e.test_run_id THEN e.name || '/test of the winner'
        WHEN e.baseline_test_run_id THEN e.name || '/test of the baseline'
        ELSE coalesce(r.name, r.run_id)
    END AS name,
    r.kind, r.status, epoch_us(r.started_at) // 1000 AS started_ms,
    epoch_us(r.ended_at) // 1000 AS ended_ms, r.seed, r.code_version,
    r.data_fingerprint, r.feature_set_hash, CAST(r.data_as_of AS VARCHAR) AS data_as_of, r.model_id, r.strategy, r.interval,
    array_to_string(r.symbols, ',') AS symbols, r.error
FROM experiments AS e
JOIN runs AS r
  ON r.run_id IN (e.experiment_id, e.test_run_id, e.baseline_test_run_id)
  OR (r.parent_run_id = e.experiment_id AND r.kind = 'trial')
WHERE e.experiment_id = $1
ORDER BY r.run_id <> e.experiment_id, r.started_at, r.run_id
