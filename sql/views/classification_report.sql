-- about: How often the directions a run predicted came true, over its closed positions
-- grain: run_id
-- needs: trace_outcomes
-- col run_id: Run
-- col n: Traces
-- col n_directional: Traces predicted LONG or SHORT
-- metric: accuracy, precision_long, recall_long, f1_long, precision_short, recall_short, f1_short, hit_ratio
-- col win_rate: Share of traces with a return above 0 after costs, a fraction
-- col mean_return: Mean realised return net of costs, a fraction
-- col sharpe: Mean / sample deviation of returns x sqrt(traces a year); NULL under 30 traces
-- Sums of doubles are taken in the order of their values, so that any number of threads gives the same.
WITH
counted AS (
    SELECT
        run_id,
        count(*)                                                  AS n,
        count(*) FILTER (predicted <> 'NOOP')                     AS n_directional,
        avg(is_right)                                             AS accuracy,
        avg(is_right) FILTER (predicted = 'LONG')                 AS precision_long,
        avg(is_right) FILTER (actual = 'LONG')                    AS recall_long,
        count(*) FILTER (predicted = 'LONG' AND actual = 'LONG')  AS right_long,
        count(*) FILTER (predicted = 'LONG')                      AS predicted_long,
        count(*) FILTER (actual = 'LONG')                         AS actual_long,
        avg(is_right) FILTER (predicted = 'SHORT')                AS precision_short,
        avg(is_right) FILTER (actual = 'SHORT')                   AS recall_short,
        count(*) FILTER (predicted = 'SHORT' AND actual = 'SHORT') AS right_short,
        count(*) FILTER (predicted = 'SHORT')                     AS predicted_short,
        count(*) FILTER (actual = 'SHORT')                        AS actual_short,
        avg(is_right) FILTER (predicted <> 'NOOP')                AS hit_ratio,
        avg(is_win)                                               AS win_rate,
        avg("return" ORDER BY "return")                                   AS mean_return,
        stddev_samp("return" ORDER BY "return")                   AS deviation,
        epoch(max(ts) - min(ts)) / (86400 * 365.25)               AS years
    FROM trace_outcomes
    GROUP BY run_id
)
SELECT
    run_id,
    n,
    n_directional,
    accuracy,
    precision_long,
    recall_long,
    2 * right_long / nullif(predicted_long + actual_long, 0)      AS f1_long,
    precision_short,
    recall_short,
    2 * right_short / nullif(predicted_short + actual_short, 0)   AS f1_short,
    hit_ratio,
    win_rate,
    mean_return,
    CASE WHEN n >= 30 AND deviation > 1e-12 AND years > 0 THEN mean_return / deviation * sqrt(n / years) END AS sharpe
FROM counted
