-- The threshold that earned most on a training run's validation split, after costs a prediction.
SELECT max_by(threshold, expected_profit - n_predicted * $2)
FROM threshold_sweep
WHERE run_id = $1 AND split = 'valid' AND n_predicted >= 30
