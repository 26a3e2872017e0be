-- about: Predicted against actual, for predictions with labels and for the traces of closed positions
-- grain: run_id, source, split, predicted, actual
-- needs: scored_predictions, trace_outcomes
-- col run_id: Run
-- col source: predictions (at the threshold in force) or traces
-- col split: Split of the predictions; mode of the traces
-- col predicted: LONG, SHORT or NOOP; a prediction of label 1 is the side of its bet, of 0 NOOP
-- col actual: LONG, SHORT or NOOP; label 1 is the side of its bet, 0 NOOP
-- col n: Cases, 0 included
-- col share_of_actual: n / all cases of that actual class, a fraction; NULL when there are none
WITH
bets AS NOT MATERIALIZED (
    SELECT
        run_id,
        split,
        bet,
        count(*) FILTER (predicted = 1 AND label = 1) AS tp,
        count(*) FILTER (predicted = 1 AND label = 0) AS fp,
        count(*) FILTER (predicted = 0 AND label = 0) AS tn,
        count(*) FILTER (predicted = 0 AND label = 1) AS fn
    FROM scored_predictions
    GROUP BY run_id, split, bet
),
prediction_cells AS (
    SELECT run_id, 'predictions' AS source, split, bet AS predicted, bet AS actual, tp AS n FROM bets
    UNION ALL
    SELECT run_id, 'predictions', split, bet, 'NOOP', fp FROM bets
    UNION ALL
    SELECT run_id, 'predictions', split, 'NOOP', bet, fn FROM bets
    UNION ALL
    SELECT run_id, 'predictions', split, 'NOOP', 'NOOP', CAST(sum(tn) AS BIGINT) FROM bets GROUP BY run_id, split
),
directions (direction) AS (
    VALUES ('LONG'), ('SHORT'), ('NOOP')
),
trace_cells AS (
    SELECT
        t.run_id,
        'traces'    AS source,
        t.mode      AS split,
        p.direction AS predicted,
        a.direction AS actual,
        count(*) FILTER (t.predicted = p.direction AND t.actual = a.direction) AS n
    FROM trace_outcomes AS t
    CROSS JOIN directions AS p
    CROSS JOIN directions AS a
    GROUP BY t.run_id, t.mode, p.direction, a.direction
),
cells AS (
    SELECT * FROM prediction_cells
    UNION ALL
    SELECT * FROM trace_cells
)
SELECT
    run_id,
    source,
    split,
    predicted,
    actual,
    n,
    n / nullif(sum(n) OVER (PARTITION BY run_id, source, split, actual), 0) AS share_of_actual
FROM cells
