-- Predicted against actual classes, counted; of predictions the split asked for, of traces every mode.
SELECT source, split, predicted, actual, n, share_of_actual
FROM confusion_matrix
WHERE run_id = $1 AND (source = 'traces' OR split = $2)
ORDER BY source, split, predicted, actual
