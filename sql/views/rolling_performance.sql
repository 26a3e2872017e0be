-- about: The last 100 traces of each mode, strategy and model against all of them, with a flag when they fell behind
-- grain: mode, strategy, model_id
-- needs: trace_outcomes
-- col mode: backtest, replay, paper or live
-- col strategy: Strategy
-- col model_id: Model asked; 'none' for a strategy without one
-- col n_recent: Traces in the window, at most 100, newest by decision time
-- col n_all: Traces ever
-- col accuracy_recent: Share with predicted = actual direction in the window, a fraction
-- col accuracy_all: The same over all traces, a fraction
-- col accuracy_delta: accuracy_recent - accuracy_all
-- col precision_long_recent: Of those predicted LONG, the share that rose, in the window, a fraction
-- col precision_long_all: The same over all traces, a fraction
-- col precision_long_delta: precision_long_recent - precision_long_all
-- col precision_short_recent: Of those predicted SHORT, the share that fell, in the window, a fraction
-- col precision_short_all: The same over all traces, a fraction
-- col precision_short_delta: precision_short_recent - precision_short_all
-- col hit_ratio_recent: Right directions / predictions that were not NOOP, in the window, a fraction
-- col hit_ratio_all: The same over all traces, a fraction
-- col hit_ratio_delta: hit_ratio_recent - hit_ratio_all
-- col win_rate_recent: Share with a return above 0 after costs in the window, a fraction
-- col win_rate_all: The same over all traces, a fraction
-- col win_rate_delta: win_rate_recent - win_rate_all
-- col mean_return_recent: Mean realised return net of costs in the window, a fraction
-- col mean_return_all: The same over all traces, a fraction
-- col mean_return_delta: mean_return_recent - mean_return_all
-- col sharpe_recent: Mean / sample deviation of returns x sqrt(traces a year) in the window; NULL under 30 traces
-- col sharpe_all: The same over all traces
-- col sharpe_delta: sharpe_recent - sharpe_all
-- col degraded: Whether a reason holds; NULL under 100 traces
-- col reasons: Those that hold: accuracy < 0.55; precision or win rate 0.10 below all-time; Sharpe 0.5 below all-time
WITH
aged AS (
    SELECT *, row_number() OVER (PARTITION BY mode, strategy, model_id ORDER BY ts DESC, trace_id DESC) AS age
    FROM trace_outcomes
),
spans (span, size) AS (
    VALUES ('recent', 100), ('all', NULL)
),
counted AS (
    SELECT
        t.mode,
        t.strategy,
        t.model_id,
        s.span,
        count(*)                                                AS n,
        avg(t.is_right)                                         AS accuracy,
        avg(t.is_right) FILTER (t.predicted = 'LONG')           AS precision_long,
        avg(t.is_right) FILTER (t.predicted = 'SHORT')          AS precision_short,
        avg(t.is_right) FILTER (t.predicted <> 'NOOP')          AS hit_ratio,
        avg(t.is_win)                                           AS win_rate,
        avg(t."return" ORDER BY t."return")                               AS mean_return,
        stddev_samp(t."return" ORDER BY t."return")                       AS deviation,
        epoch(max(t.ts) - min(t.ts)) / (86400 * 365.25)         AS years
    FROM aged AS t
    JOIN spans AS s ON s.size IS NULL OR t.age <= s.size
    GROUP BY t.mode, t.strategy, t.model_id, s.span
),
measured AS (
    SELECT
        *,
        CASE WHEN n >= 30 AND deviation > 1e-12 AND years > 0 THEN mean_return / deviation * sqrt(n / years) END AS sharpe
    FROM counted
),
compared AS (
    SELECT
        a.mode,
        a.strategy,
        a.model_id,
        r.n                                   AS n_recent,
        a.n                                   AS n_all,
        r.accuracy                            AS accuracy_recent,
        a.accuracy                            AS accuracy_all,
        r.accuracy - a.accuracy               AS accuracy_delta,
        r.precision_long                      AS precision_long_recent,
        a.precision_long                      AS precision_long_all,
        r.precision_long - a.precision_long   AS precision_long_delta,
        r.precision_short                     AS precision_short_recent,
        a.precision_short                     AS precision_short_all,
        r.precision_short - a.precision_short AS precision_short_delta,
        r.hit_ratio                           AS hit_ratio_recent,
        a.hit_ratio                           AS hit_ratio_all,
        r.hit_ratio - a.hit_ratio             AS hit_ratio_delta,
        r.win_rate                            AS win_rate_recent,
        a.win_rate                            AS win_rate_all,
        r.win_rate - a.win_rate               AS win_rate_delta,
        r.mean_return                         AS mean_return_recent,
        a.mean_return                         AS mean_return_all,
        r.mean_return - a.mean_return         AS mean_return_delta,
        r.sharpe                              AS sharpe_recent,
        a.sharpe                              AS sharpe_all,
        r.sharpe - a.sharpe                   AS sharpe_delta
    FROM measured AS a
    JOIN measured AS r ON r.mode = a.mode AND r.strategy = a.strategy AND r.model_id = a.model_id
    WHERE a.span = 'all' AND r.span = 'recent'
),
-- Rounded, so that a drop of exactly 10 points counts as one.
judged AS (
    SELECT
        *,
        concat_ws(', ',
            CASE WHEN accuracy_recent < 0.55 THEN 'accuracy' END,
            CASE WHEN round(precision_long_delta, 9) <= -0.10 THEN 'precision_long' END,
            CASE WHEN round(precision_short_delta, 9) <= -0.10 THEN 'precision_short' END,
            CASE WHEN round(win_rate_delta, 9) <= -0.10 THEN 'win_rate' END,
            CASE WHEN round(sharpe_delta, 9) <= -0.5 THEN 'sharpe' END
        ) AS reasons_found
    FROM compared
)
SELECT
    * EXCLUDE (reasons_found),
    CASE WHEN n_recent >= 100 THEN reasons_found <> '' END                  AS degraded,
    CASE WHEN n_recent >= 100 THEN nullif(reasons_found, '') END            AS reasons
FROM judged
