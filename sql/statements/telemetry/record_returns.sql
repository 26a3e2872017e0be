-- Daily returns of session-end equity; the first is against the starting capital ($2). A day after a ruined one
-- (equity at or below zero) has no return and no row. A run that has returns keeps them.
INSERT INTO run_returns (run_id, session_date, "return")
WITH session_end AS (
    SELECT session_date, arg_max(equity, ts) AS equity
    FROM equity
    WHERE run_id = $1
    GROUP BY session_date
), followed AS (
    SELECT session_date, equity,
           lag(equity, 1, CAST($2 AS DOUBLE)) OVER (ORDER BY session_date) AS before
    FROM session_end
)
SELECT $1, session_date, equity / before - 1
FROM followed
WHERE before > 0 AND NOT EXISTS (FROM run_returns WHERE run_id = $1)
ORDER BY session_date
