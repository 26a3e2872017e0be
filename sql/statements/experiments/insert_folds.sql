-- Dated windows of an experiment; unknown counts are NULL.
INSERT INTO experiment_folds (experiment_id, fold, part, from_ts, to_ts, n_sessions, n_samples, n_purged)
SELECT experiment_id, fold, part, from_ts, to_ts, n_sessions, CAST(n_samples AS BIGINT), CAST(n_purged AS BIGINT)
FROM (FROM arrow($1) UNION ALL FROM arrow($2))
ORDER BY fold, part, from_ts
