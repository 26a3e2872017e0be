-- How well the model tells the classes apart, by split; the held-out one first.
SELECT *
FROM classifier_metrics
WHERE run_id = $1
ORDER BY array_position(['test', 'valid', 'backtest', 'train'], split) NULLS LAST, split
