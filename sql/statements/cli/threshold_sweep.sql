-- What other thresholds would have given.
SELECT threshold, tp, fp, tn, fn, precision, recall, f1, expected_profit,
       CASE WHEN best_by_f1 AND best_by_profit THEN 'F1, profit' WHEN best_by_f1 THEN 'F1' WHEN best_by_profit THEN 'profit' ELSE '' END AS best
FROM threshold_sweep WHERE run_id = $1 ORDER BY threshold
