-- Other experiments that have looked at an overlapping test period of any of the same symbols, whatever the length of the
-- bars, and the trials of experiments that were developed on days of this test period.
WITH own AS (
    SELECT e.experiment_id, e.test_from, e.test_to, r.symbols
    FROM experiments AS e
    JOIN runs AS r ON r.run_id = e.experiment_id
    WHERE e.experiment_id = $1
)
SELECT
    count(*) FILTER (e.tested_at IS NOT NULL AND e.test_from < own.test_to AND e.test_to > own.test_from),
    coalesce(sum(n.n_trials) FILTER (e.dev_from < own.test_to AND e.test_from > own.test_from), 0)::BIGINT
FROM experiments AS e
JOIN runs AS r ON r.run_id = e.experiment_id
CROSS JOIN own
LEFT JOIN (SELECT experiment_id, count(*) AS n_trials FROM trials WHERE trial > 0 GROUP BY experiment_id) AS n
    ON n.experiment_id = e.experiment_id
WHERE e.experiment_id <> own.experiment_id AND list_has_any(r.symbols, own.symbols)
