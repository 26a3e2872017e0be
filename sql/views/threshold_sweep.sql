-- about: What a run's probabilities would have given at thresholds from 0.05 to 0.95
-- grain: run_id, split, threshold
-- needs: scored_predictions
-- col run_id: Run
-- col split: train, valid, test or backtest
-- col threshold: Probabilities at or above it count as positive; 0.05 to 0.95 in steps of 0.05
-- col tp: Predicted 1, label 1
-- col fp: Predicted 1, label 0
-- col tn: Predicted 0, label 0
-- col fn: Predicted 0, label 1
-- col n_predicted: Predictions at or above the threshold, tp + fp
-- col precision: tp / (tp + fp), a fraction; NULL when none is predicted
-- col recall: tp / (tp + fn), a fraction; NULL when there is no label 1
-- col f1: 2 tp / (2 tp + fp + fn), a fraction; NULL when that is 0 / 0
-- col mean_return: Mean forward return of those predicted, before costs, a fraction; NULL when none is predicted
-- col expected_profit: Sum of their forward returns (mean_return x count): profit of one stake on each, before costs, in stakes
-- col best_by_f1: Highest f1 above 0 of the split; the higher threshold when several are equal
-- col best_by_profit: Highest expected_profit of the split; the higher threshold when several are equal
-- Returns are added as whole numbers of 2^-50: the same in whatever order threads come to them, so that thresholds that
-- earn the same always tie.
WITH
wholes AS (
    SELECT
        *,
        CASE WHEN abs(forward_return) < 1e15 THEN CAST(forward_return * 1125899906842624 AS HUGEINT) END AS whole_return
    FROM scored_predictions
),
thresholds AS (
    SELECT unnest(range(1, 20)) / 20.0::DOUBLE AS threshold
),
counted AS (
    SELECT
        p.run_id,
        p.split,
        t.threshold,
        count(*) FILTER (p.probability >= t.threshold AND p.label = 1)  AS tp,
        count(*) FILTER (p.probability >= t.threshold AND p.label = 0)  AS fp,
        count(*) FILTER (p.probability < t.threshold AND p.label = 0)   AS tn,
        count(*) FILTER (p.probability < t.threshold AND p.label = 1)   AS fn,
        sum(p.whole_return) FILTER (p.probability >= t.threshold) / 1125899906842624 AS expected_profit,
        nullif(count(p.whole_return) FILTER (p.probability >= t.threshold), 0)  AS n_returns
    FROM wholes AS p
    CROSS JOIN thresholds AS t
    GROUP BY p.run_id, p.split, t.threshold
),
measured AS (
    SELECT
        *,
        tp + fp                                 AS n_predicted,
        tp / nullif(tp + fp, 0)                 AS precision,
        tp / nullif(tp + fn, 0)                 AS recall,
        2 * tp / nullif(2 * tp + fp + fn, 0)    AS f1,
        expected_profit / n_returns             AS mean_return
    FROM counted
),
placed AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY run_id, split ORDER BY f1 DESC NULLS LAST, threshold DESC)              AS place_by_f1,
        row_number() OVER (PARTITION BY run_id, split ORDER BY expected_profit DESC NULLS LAST, threshold DESC) AS place_by_profit
    FROM measured
)
SELECT
    run_id,
    split,
    threshold,
    tp,
    fp,
    tn,
    fn,
    n_predicted,
    precision,
    recall,
    f1,
    mean_return,
    expected_profit,
    coalesce(place_by_f1 = 1 AND f1 > 0, false)                     AS best_by_f1,
    place_by_profit = 1 AND expected_profit IS NOT NULL             AS best_by_profit
FROM placed
