-- about: The currency a run's amounts are in
-- grain: run_id
-- col run_id: Run
-- col currency: The one currency of its instruments; 'mixed' when they differ, or some are known and others not; NULL when none is known
WITH
run_symbols AS (
    SELECT run_id, unnest(symbols) AS symbol
    FROM runs
)
SELECT
    s.run_id,
    CASE
        WHEN bool_and(i.currency IS NOT NULL) AND min(i.currency) = max(i.currency) THEN min(i.currency)
        WHEN bool_or(i.currency IS NOT NULL) THEN 'mixed'
    END AS currency
FROM run_symbols AS s
LEFT JOIN instruments AS i ON i.symbol = s.symbol
GROUP BY s.run_id
