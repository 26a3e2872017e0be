-- about: Metrics of a training run epoch by epoch
-- params: run VARCHAR
SELECT step AS epoch, split, key AS metric, value
FROM run_metrics
WHERE run_id = $run AND step > 0
ORDER BY step, split, key
