-- Other experiments that have looked at an overlapping test period of any of the same symbols at the same interval.
WITH own AS (
    SELECT e.experiment_id, e.test_from, e.test_to, r.interval, r.symbols
    FROM experiments AS e
    JOIN runs AS r ON r.run_id = e.experiment_id
    WHERE e.experiment_id = $1
)
SELECT count(*)
FROM experiments AS e
JOIN runs AS r ON r.run_id = e.experiment_id
CROSS JOIN own
WHERE e.experiment_id <> own.experiment_id AND e.tested_at IS NOT NULL
  AND r.interval = own.interval AND list_has_any(r.symbols, own.symbols)
  AND e.test_from < own.test_to AND e.test_to > own.test_from
