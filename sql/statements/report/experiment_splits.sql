-- Combinations behind the probability of backtest overfitting.
SELECT in_sample, out_of_sample, logit
FROM experiment_splits
WHERE experiment_id = $1
ORDER BY number
