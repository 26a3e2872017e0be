-- about: How a run's probabilities go with the returns that followed
-- grain: run_id, split
-- col run_id: Run
-- col split: train, valid, test or backtest
-- col n: Predictions with a known forward return
-- col ic: Pearson correlation of probability and forward return, -1 to 1; NULL when one of them is constant
-- col rank_ic: Spearman correlation of the same, equal values sharing their mean rank; NULL when one is constant
-- Correlations are taken in the order of their values, so that any number of threads gives the same.
WITH
known AS (
    SELECT run_id, split, probability, forward_return
    FROM predictions
    WHERE probability IS NOT NULL AND forward_return IS NOT NULL
),
ranked AS (
    SELECT
        *,
        rank() OVER (PARTITION BY run_id, split ORDER BY probability)
            + (count(*) OVER (PARTITION BY run_id, split, probability) - 1) / 2       AS probability_rank,
        rank() OVER (PARTITION BY run_id, split ORDER BY forward_return)
            + (count(*) OVER (PARTITION BY run_id, split, forward_return) - 1) / 2    AS return_rank
    FROM known
),
correlated AS (
    SELECT
        run_id,
        split,
        count(*)                                AS n,
        corr(probability, forward_return ORDER BY probability, forward_return) AS ic,
        corr(probability_rank, return_rank ORDER BY probability_rank, return_rank) AS rank_ic
    FROM ranked
    GROUP BY run_id, split
)
SELECT
    run_id,
    split,
    n,
    CASE WHEN isfinite(ic) THEN ic END             AS ic,
    CASE WHEN isfinite(rank_ic) THEN rank_ic END   AS rank_ic
FROM correlated
