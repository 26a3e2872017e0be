-- What each decision threshold would have given.
SELECT threshold, precision, recall, f1, expected_profit, best_by_f1, best_by_profit
FROM threshold_sweep
WHERE run_id = $1 AND split = $2
ORDER BY threshold
