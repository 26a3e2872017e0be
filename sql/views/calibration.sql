-- about: Whether probabilities mean what they say: mean probability against observed rate in ten equal bins
-- grain: run_id, split, bin
-- needs: scored_predictions
-- col run_id: Run
-- col split: train, valid, test or backtest
-- col bin: 1 to 10; bin k holds probabilities above (k - 1) / 10 up to k / 10, the first one 0 too; empty bins are left out
-- col n: Predictions in the bin
-- col mean_probability: Their mean probability
-- col observed_rate: Share of them with label 1, a fraction
-- Probabilities are added in the order of their values, so that any number of threads gives the same.
SELECT
    run_id,
    split,
    CAST(greatest(ceil(probability * 10), 1) AS INTEGER) AS bin,
    count(*)                                             AS n,
    avg(probability ORDER BY probability)                AS mean_probability,
    avg(label)                                           AS observed_rate
FROM scored_predictions
GROUP BY run_id, split, greatest(ceil(probability * 10), 1)
