-- Compounded daily returns of winner, baseline and the choice itself; each starts anew where the test period begins.
WITH sides AS (
    SELECT t.run_id, CASE t.trial WHEN 0 THEN 'baseline_valid' ELSE 'winner_valid' END AS side
    FROM trials AS t
    JOIN experiments AS e ON e.experiment_id = t.experiment_id
    WHERE t.experiment_id = $1 AND (t.trial = 0 OR t.trial = e.winner_trial)
    UNION ALL
    SELECT test_run_id, 'winner_test' FROM experiments WHERE experiment_id = $1 AND test_run_id IS NOT NULL
    UNION ALL
    SELECT baseline_test_run_id, 'baseline_test' FROM experiments WHERE experiment_id = $1 AND baseline_test_run_id IS NOT NULL
),
days AS (
    SELECT s.side, r.session_date, r."return"
    FROM sides AS s
    JOIN run_returns AS r ON r.run_id = s.run_id
    UNION ALL
    SELECT 'choice_valid', session_date, avg("return")
    FROM experiment_paths
    WHERE experiment_id = $1
    GROUP BY session_date
)
SELECT
    side,
    date_diff('day', DATE '1970-01-01', session_date)                AS day,
    product(1 + "return") OVER (PARTITION BY side ORDER BY session_date) - 1 AS total
FROM days
ORDER BY side, session_date
