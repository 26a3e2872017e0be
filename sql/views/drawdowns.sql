-- about: Every stretch of a run below its highest equity so far, the starting capital being the first high
-- grain: run_id, start_ts
-- needs: equity_curve
-- col run_id: Run
-- col start_ts: UTC start of the first bar below the high
-- col trough_ts: UTC start of the bar of the deepest point, the first when several are equal
-- col recovered_ts: UTC start of the first bar back at the high; NULL when the run ended before
-- col depth: Deepest drawdown, a fraction < 0
-- col days: Calendar days from start to recovery, or to the run's last bar when not recovered
-- col bars: Bar times below the high
WITH
-- Bars below the high share the number of the high before them; the next high has the next number.
numbered AS (
    SELECT
        run_id,
        ts,
        drawdown,
        count(*) FILTER (drawdown >= 0) OVER (PARTITION BY run_id ORDER BY ts ROWS UNBOUNDED PRECEDING) AS high
    FROM equity_curve
),
stretches AS (
    SELECT
        run_id,
        high,
        min(ts) FILTER (drawdown >= 0)                            AS high_ts,
        min(ts) FILTER (drawdown < 0)                             AS start_ts,
        max(ts)                                                   AS last_ts,
        min(drawdown)                                             AS depth,
        arg_min(ts, {'depth': drawdown, 'ts': ts})                AS trough_ts,
        count(*) FILTER (drawdown < 0)                            AS bars
    FROM numbered
    GROUP BY run_id, high
),
followed AS (
    SELECT *, lead(high_ts) OVER (PARTITION BY run_id ORDER BY high) AS recovered_ts
    FROM stretches
)
SELECT
    run_id,
    start_ts,
    trough_ts,
    recovered_ts,
    depth,
    epoch(coalesce(recovered_ts, last_ts) - start_ts) / 86400 AS days,
    bars
FROM followed
WHERE bars > 0
