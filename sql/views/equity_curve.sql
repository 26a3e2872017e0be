-- about: The account of a run at every bar time, with how far it is below its highest value so far
-- grain: run_id, ts
-- needs: run_capital
-- col run_id: Run
-- col ts: UTC start of the bar at whose close the account is valued
-- col session_date: Trading day
-- col equity: Cash plus open positions, in currency
-- col cash: Cash, in currency
-- col exposure: Sum of |position value|, in currency
-- col benchmark: Buy-and-hold of the same capital, in currency
-- col peak: Highest equity so far, the starting capital included, in currency
-- col drawdown: equity / peak - 1, a fraction <= 0
-- col benchmark_drawdown: The same of the benchmark, a fraction <= 0
WITH
peaks AS (
    SELECT
        e.*,
        greatest(s.capital, max(e.equity) OVER so_far)    AS peak,
        greatest(s.capital, max(e.benchmark) OVER so_far) AS benchmark_peak
    FROM equity AS e
    JOIN run_capital AS s ON s.run_id = e.run_id
    WINDOW so_far AS (PARTITION BY e.run_id ORDER BY e.ts ROWS UNBOUNDED PRECEDING)
)
SELECT
    run_id,
    ts,
    session_date,
    equity,
    cash,
    exposure,
    benchmark,
    peak,
    equity / nullif(peak, 0) - 1              AS drawdown,
    benchmark / nullif(benchmark_peak, 0) - 1 AS benchmark_drawdown
FROM peaks
