-- Daily returns of the feasible finished trials of other experiments on any of the same symbols in an overlapping
-- development period.
WITH own AS (
    SELECT e.experiment_id, e.dev_from, e.test_from, r.symbols
    FROM experiments AS e
    JOIN runs AS r ON r.run_id = e.experiment_id
    WHERE e.experiment_id = $1
)
SELECT t.run_id, CAST(epoch(d.session_date) / 86400 AS INTEGER), d."return"
FROM trials AS t
JOIN experiments AS e ON e.experiment_id = t.experiment_id
JOIN runs AS r ON r.run_id = e.experiment_id
CROSS JOIN own
JOIN run_returns AS d ON d.run_id = t.run_id
WHERE t.trial > 0 AND t.state = 'finished' AND t.violation = 0 AND e.experiment_id <> own.experiment_id
  AND list_has_any(r.symbols, own.symbols) AND e.dev_from < own.test_from AND e.test_from > own.dev_from
ORDER BY t.run_id, d.session_date
