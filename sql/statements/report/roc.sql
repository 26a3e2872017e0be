-- Receiver operating characteristic: hits against false alarms as the threshold falls.
SELECT fpr, tpr
FROM roc_curve
WHERE run_id = $1 AND split = $2
ORDER BY point
