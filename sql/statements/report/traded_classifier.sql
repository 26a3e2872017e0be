-- How well a model tells the classes apart at the threshold that a run traded with, often not that of its evaluation.
-- $1 run with the labelled predictions, $2 split, $3 run that traded. No row where that had not one threshold.
WITH
traded AS (
    SELECT min(threshold) AS threshold
    FROM predictions
    WHERE run_id = $3 AND split = 'backtest'
    HAVING min(threshold) = max(threshold)
),
counted AS (
    SELECT
        any_value(t.threshold)                                         AS threshold,
        count(*) FILTER (p.probability >= t.threshold AND p.label = 1) AS tp,
        count(*) FILTER (p.probability >= t.threshold)                 AS n_called,
        count(*) FILTER (p.label = 1)                                  AS n_positive
    FROM scored_predictions AS p, traded AS t
    WHERE p.run_id = $1 AND p.split = $2
)
SELECT c.* REPLACE (
    s.threshold AS threshold, s.tp / nullif(s.n_called, 0) AS precision, s.tp / nullif(s.n_positive, 0) AS recall
)
FROM classifier_metrics AS c, counted AS s
WHERE c.run_id = $1 AND c.split = $2 AND s.threshold IS NOT NULL
