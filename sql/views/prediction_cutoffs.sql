-- about: Confusion counts of a run and split at every probability it gave, taken as the threshold
-- grain: run_id, split, threshold
-- needs: scored_predictions
-- col run_id: Run
-- col split: train, valid, test or backtest
-- col threshold: Predictions with this probability or more count as positive
-- col n_positive: Predictions with exactly this probability and label 1
-- col n_negative: Predictions with exactly this probability and label 0
-- col tp: Predicted 1, label 1
-- col fp: Predicted 1, label 0
-- col tn: Predicted 0, label 0
-- col fn: Predicted 0, label 1
WITH
scores AS (
    SELECT
        run_id,
        split,
        probability                  AS threshold,
        count(*) FILTER (label = 1)  AS n_positive,
        count(*) FILTER (label = 0)  AS n_negative
    FROM scored_predictions
    GROUP BY run_id, split, probability
),
cumulated AS (
    SELECT
        *,
        CAST(sum(n_positive) OVER from_above AS BIGINT)  AS tp,
        CAST(sum(n_negative) OVER from_above AS BIGINT)  AS fp,
        CAST(sum(n_positive) OVER everything AS BIGINT)  AS positives,
        CAST(sum(n_negative) OVER everything AS BIGINT)  AS negatives
    FROM scores
    WINDOW
        from_above AS (PARTITION BY run_id, split ORDER BY threshold DESC ROWS UNBOUNDED PRECEDING),
        everything AS (PARTITION BY run_id, split)
)
SELECT run_id, split, threshold, n_positive, n_negative, tp, fp, negatives - fp AS tn, positives - tp AS fn
FROM cumulated
