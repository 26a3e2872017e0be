-- Cases behind the shares of a run: how many of how many. Of the F1 the hits among all that were called or were LONG.
WITH traces AS (
    SELECT
        count(*) FILTER (predicted = 'LONG' AND actual = 'LONG') AS right_long,
        count(*) FILTER (predicted = 'LONG')                     AS predicted_long,
        count(*) FILTER (actual = 'LONG')                        AS actual_long,
        count(*) FILTER (predicted = 'LONG' OR actual = 'LONG')  AS either_long,
        count(*) FILTER (predicted <> 'NOOP' AND is_right = 1)   AS right_directional,
        count(*) FILTER (predicted <> 'NOOP')                    AS n_directional
    FROM trace_outcomes
    WHERE run_id = $1
),
closed AS (
    SELECT count(*) FILTER (pnl > 0) AS n_won, count(*) AS n_trades
    FROM trades
    WHERE run_id = $1
)
SELECT measure, hits, n
FROM traces, closed, LATERAL (
    VALUES ('precision_long', right_long, predicted_long),
           ('recall_long', right_long, actual_long),
           ('f1_long', right_long, either_long),
           ('hit_ratio', right_directional, n_directional),
           ('win_rate', n_won, n_trades)
) AS shares (measure, hits, n)
