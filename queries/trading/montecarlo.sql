-- about: How far a run's return and drawdown would have varied, by its newest simulation of each kind
-- params: run VARCHAR
SELECT
    source, method, block_length, metric, observed, p2_5, p50, p97_5, share_below, share_negative, paths, seed, montecarlo_id
FROM montecarlo
WHERE run_id = $run
QUALIFY made_at = max(made_at) OVER (PARTITION BY source, method)
ORDER BY source, method, metric
