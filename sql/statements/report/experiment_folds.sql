-- Stretches of time of the validation scheme, and the test period as fold 0.
SELECT fold, part, epoch_us(from_ts) AS from_us, epoch_us(to_ts) AS to_us, n_sessions, n_samples, n_purged
FROM experiment_folds
WHERE experiment_id = $1
UNION ALL
SELECT 0, 'test', epoch_us(test_from), epoch_us(test_to), NULL, NULL, NULL
FROM experiments
WHERE experiment_id = $1
ORDER BY fold, from_us, part
