-- about: Precision against recall of a run and split: one point a distinct probability
-- grain: run_id, split, threshold
-- needs: prediction_cutoffs
-- col run_id: Run
-- col split: train, valid, test or backtest
-- col recall: True positives / positives, a fraction; NULL when there is no positive
-- col precision: True positives / predicted positives, a fraction
-- col threshold: Probabilities at or above it count as positive
SELECT
    run_id,
    split,
    tp / nullif(tp + fn, 0) AS recall,
    tp / (tp + fp)          AS precision,
    threshold
FROM prediction_cutoffs
