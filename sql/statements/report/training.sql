-- Training curves: each metric by epoch and split.
SELECT key, split, step, value
FROM run_metrics
WHERE run_id = $1 AND key IN ('loss', 'pr_auc') AND split IN ('train', 'valid') AND step > 0
ORDER BY key, split, step
