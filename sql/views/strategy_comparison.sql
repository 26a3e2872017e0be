-- about: Strategies beside each other over all their traces, with one score to order them by
-- grain: mode, strategy, model_id
-- needs: rolling_performance
-- col mode: backtest, replay, paper or live
-- col strategy: Strategy
-- col model_id: Model asked; 'none' for a strategy without one
-- col n: Traces
-- col sharpe: Mean / sample deviation of returns x sqrt(traces a year); NULL under 30 traces
-- col precision_long: Of those predicted LONG, the share that rose, a fraction; NULL when none was
-- col win_rate: Share with a return above 0 after costs, a fraction
-- col hit_ratio: Right directions / predictions that were not NOOP, a fraction
-- col mean_return: Mean realised return net of costs, a fraction
-- col score: 0.4 x (sharpe / 3, held within 0..1) + 0.3 x precision_long + 0.3 x win_rate; NULL when one is unknown
-- col rank: Place by score within the mode, from 1; NULL without a score
WITH
scored AS (
    SELECT
        *,
        CASE WHEN sharpe_all IS NOT NULL
            THEN 0.4 * least(greatest(sharpe_all / 3, 0), 1) + 0.3 * precision_long_all + 0.3 * win_rate_all
        END AS score
    FROM rolling_performance
)
SELECT
    mode,
    strategy,
    model_id,
    n_all                AS n,
    sharpe_all           AS sharpe,
    precision_long_all   AS precision_long,
    win_rate_all         AS win_rate,
    hit_ratio_all        AS hit_ratio,
    mean_return_all      AS mean_return,
    score,
    CASE WHEN score IS NOT NULL THEN rank() OVER (PARTITION BY mode ORDER BY score DESC NULLS LAST) END AS rank
FROM scored
