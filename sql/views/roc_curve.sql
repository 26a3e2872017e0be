-- about: Receiver operating characteristic of a run and split: one point a distinct probability, and the origin
-- grain: run_id, split, point
-- needs: prediction_cutoffs
-- col run_id: Run
-- col split: train, valid, test or backtest
-- col point: Number of the point by falling threshold; 0 is the origin
-- col fpr: False positives / negatives, a fraction; NULL when there is no negative
-- col tpr: True positives / positives, a fraction; NULL when there is no positive
-- col threshold: Probabilities at or above it count as positive; NULL at the origin, where none does
WITH
corners AS (
    SELECT
        run_id,
        split,
        0 / nullif(max(fp + tn), 0) AS fpr,
        0 / nullif(max(tp + fn), 0) AS tpr
    FROM prediction_cutoffs
    GROUP BY run_id, split
)
SELECT run_id, split, 0 AS point, fpr, tpr, NULL AS threshold
FROM corners
UNION ALL
SELECT
    run_id,
    split,
    row_number() OVER (PARTITION BY run_id, split ORDER BY threshold DESC) AS point,
    fp / nullif(fp + tn, 0)                                                AS fpr,
    tp / nullif(tp + fn, 0)                                                AS tpr,
    threshold
FROM prediction_cutoffs
