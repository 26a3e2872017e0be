-- about: Quality of a run's predictions symbol by symbol
-- grain: run_id, split, symbol
-- needs: scored_predictions
-- col run_id: Run
-- col split: train, valid, test or backtest
-- col symbol: Instrument
-- col n: Predictions with a known label
-- col base_rate: Share of label 1, a fraction
-- col n_predicted: Predicted 1 at the threshold in force
-- col accuracy: Share with predicted = label, a fraction
-- col precision: Of those predicted 1, the share with label 1, a fraction; NULL when none was
-- col recall: Of those with label 1, the share predicted 1, a fraction; NULL when there is none
-- col f1: 2 tp / (2 tp + fp + fn), a fraction; NULL when that is 0 / 0
-- col roc_auc: Chance that a label 1 scored above a label 0, ties counted half; NULL with a single label
-- col brier: Mean of (probability - label)^2
-- col mean_return: Mean forward return of those predicted 1, before costs, a fraction; NULL when none was
-- Sums of doubles are taken in the order of their values, so that any number of threads gives the same.
WITH
ranked AS (
    SELECT
        *,
        rank() OVER (PARTITION BY run_id, split, symbol ORDER BY probability)
            + (count(*) OVER (PARTITION BY run_id, split, symbol, probability) - 1) / 2 AS probability_rank
    FROM scored_predictions
),
counted AS (
    SELECT
        run_id,
        split,
        symbol,
        count(*)                                                   AS n,
        count(*) FILTER (label = 1)                                AS positives,
        count(*) FILTER (label = 0)                                AS negatives,
        count(*) FILTER (predicted = 1)                            AS n_predicted,
        count(*) FILTER (predicted = 1 AND label = 1)              AS tp,
        count(*) FILTER (predicted <> label)                       AS n_wrong,
        avg(CAST(predicted = label AS INTEGER))                    AS accuracy,
        sum(probability_rank) FILTER (label = 1)                   AS rank_sum,
        avg(power(probability - label, 2) ORDER BY abs(probability - label)) AS brier,
        avg(forward_return ORDER BY forward_return) FILTER (predicted = 1)                 AS mean_return
    FROM ranked
    GROUP BY run_id, split, symbol
)
SELECT
    run_id,
    split,
    symbol,
    n,
    positives / n                                                                       AS base_rate,
    n_predicted,
    accuracy,
    tp / nullif(n_predicted, 0)                                                         AS precision,
    tp / nullif(positives, 0)                                                           AS recall,
    2 * tp / nullif(2 * tp + n_wrong, 0)                                                AS f1,
    (rank_sum - positives * (positives + 1) / 2) / nullif(positives * negatives, 0)     AS roc_auc,
    brier,
    mean_return
FROM counted
