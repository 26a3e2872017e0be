-- about: Predicted against actual, for predictions with labels and for the traces of closed positions
-- grain: run_id, source, split, predicted, actual
-- needs: classifier_metrics, trace_outcomes
-- col run_id: Run
-- col source: predictions (at the threshold in force) or traces
-- col split: Split of the predictions; mode of the traces
-- col predicted: LONG, SHORT or NOOP; a prediction of label 1 is LONG, of 0 NOOP
-- col actual: LONG, SHORT or NOOP; label 1 is LONG, 0 NOOP
-- col n: Cases, 0 included
-- col share_of_actual: n / all cases of that actual class, a fraction; NULL when there are none
WITH
prediction_cells AS (
    SELECT run_id, 'predictions' AS source, split, 'LONG' AS predicted, 'LONG' AS actual, tp AS n FROM classifier_metrics
    UNION ALL
    SELECT run_id, 'predictions', split, 'LONG', 'NOOP', fp FROM classifier_metrics
    UNION ALL
    SELECT run_id, 'predictions', split, 'NOOP', 'NOOP', tn FROM classifier_metrics
    UNION ALL
    SELECT run_id, 'predictions', split, 'NOOP', 'LONG', fn FROM classifier_metrics
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
