-- Predicted against actual classes, counted; of predictions the split asked for, of traces every mode. Positions are
-- read by what was predicted (a strategy may only ever go long), labels by what came.
SELECT
    source, split, predicted, actual, n, share_of_actual,
    n / nullif(sum(n) OVER (PARTITION BY source, split, predicted), 0) AS share_of_predicted
FROM confusion_matrix
WHERE run_id = $1 AND (source = 'traces' OR split = $2)
ORDER BY source, split, predicted, actual
