-- about: Quality of a run's probabilities against the labels that came true, a row a split
-- grain: run_id, split
-- needs: prediction_cutoffs, scored_predictions
-- col run_id: Run
-- col split: train, valid, test or backtest
-- col n: Predictions with a known label
-- metric: base_rate
-- col threshold: Decision threshold in force; NULL when it changed within the split
-- col accuracy: Share with predicted = label at the threshold in force, a fraction
-- metric: precision, recall, f1
-- col precision_negative: precision of label 0, a fraction
-- col recall_negative: recall of label 0, a fraction
-- col f1_negative: f1 of label 0, a fraction
-- col f1_macro: Mean of f1 and f1_negative, of the known one when a label neither came nor was predicted
-- metric: roc_auc, pr_auc, log_loss, brier
-- col tp: Predicted 1, label 1
-- col fp: Predicted 1, label 0
-- col tn: Predicted 0, label 0
-- col fn: Predicted 0, label 1
-- Sums of doubles are taken in the order of their values, so that any number of threads gives the same.
WITH
losses AS (
    SELECT
        *,
        -ln(greatest(CASE label WHEN 1 THEN probability ELSE 1 - probability END, 2.220446049250313e-16)) AS loss,
        power(probability - label, 2)                                                                    AS square
    FROM scored_predictions
),
counted AS (
    SELECT
        run_id,
        split,
        count(*)                                            AS n,
        avg(label)                                          AS base_rate,
        CASE WHEN min(threshold) = max(threshold) AND count(threshold) = count(*) THEN min(threshold) END AS threshold,
        avg(CAST(predicted = label AS INTEGER))             AS accuracy,
        count(*) FILTER (predicted = 1 AND label = 1)       AS tp,
        count(*) FILTER (predicted = 1 AND label = 0)       AS fp,
        count(*) FILTER (predicted = 0 AND label = 0)       AS tn,
        count(*) FILTER (predicted = 0 AND label = 1)       AS fn,
        avg(loss ORDER BY loss)                             AS log_loss,
        avg(square ORDER BY square)                         AS brier
    FROM losses
    GROUP BY run_id, split
),
areas AS (
    SELECT
        run_id,
        split,
        -- Trapezoids, doubled to stay whole: each step right is n_negative wide, tp and tp - n_positive high.
        sum(n_negative * (2 * tp - n_positive)) / nullif(2 * max(tp) * max(fp), 0) AS roc_auc,
        sum(n_positive * (tp / (tp + fp)) ORDER BY threshold) / nullif(max(tp), 0) AS pr_auc
    FROM prediction_cutoffs
    GROUP BY run_id, split
)
SELECT
    c.run_id,
    c.split,
    c.n,
    c.base_rate,
    c.threshold,
    c.accuracy,
    c.tp / nullif(c.tp + c.fp, 0)                       AS precision,
    c.tp / nullif(c.tp + c.fn, 0)                       AS recall,
    2 * c.tp / nullif(2 * c.tp + c.fp + c.fn, 0)        AS f1,
    c.tn / nullif(c.tn + c.fn, 0)                       AS precision_negative,
    c.tn / nullif(c.tn + c.fp, 0)                       AS recall_negative,
    2 * c.tn / nullif(2 * c.tn + c.fp + c.fn, 0)        AS f1_negative,
    list_avg([f1, f1_negative])                         AS f1_macro,
    a.roc_auc,
    a.pr_auc,
    c.log_loss,
    c.brier,
    c.tp,
    c.fp,
    c.tn,
    c.fn
FROM counted AS c
JOIN areas AS a ON a.run_id = c.run_id AND a.split = c.split
