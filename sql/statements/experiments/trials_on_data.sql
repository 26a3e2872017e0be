-- Trials ever run, pruned ones included, on bars of the same length of any of the same symbols in an overlapping
-- development period, those of the experiment itself included.
WITH own AS (
    SELECT e.dev_from, e.test_from, r.interval, r.symbols
    FROM experiments AS e
    JOIN runs AS r ON r.run_id = e.experiment_id
    WHERE e.experiment_id = $1
)
SELECT count(*)
FROM trials AS t
JOIN experiments AS e ON e.experiment_id = t.experiment_id
JOIN runs AS r ON r.run_id = e.experiment_id
CROSS JOIN own
WHERE t.trial > 0 AND t.state IN ('finished', 'pruned')
  AND r.interval = own.interval AND list_has_any(r.symbols, own.symbols)
  AND e.dev_from < own.test_from AND e.test_from > own.dev_from
