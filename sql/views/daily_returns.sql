-- about: A run session by session beside its buy-and-hold benchmark, flat sessions included
-- grain: run_id, session_date
-- needs: equity_curve, run_settings
-- col run_id: Run
-- col session_date: Trading day
-- col equity: Session-end equity, in currency
-- col benchmark: Session-end benchmark, in currency
-- col return: Session-end equity against the one before, the first against the starting capital, a fraction
-- col benchmark_return: The same of the benchmark, a fraction
-- col risk_free_return: Risk-free rate of one session, rf / P, a fraction
-- col drawdown: Deepest drawdown at any bar of the session, a fraction <= 0
-- col benchmark_drawdown: The same of the benchmark, a fraction <= 0
-- col mean_equity: Mean equity over the bars of the session, in currency; NULL when it reached 1e15
-- col n_bars: Bar times in the session
-- col n_bars_exposed: Bar times with an open position
-- col capital: Starting capital of the run, in currency
-- col risk_free_rate: Yearly risk-free rate of the run, a fraction
-- col periods_per_year: Sessions a year of the run, as run_settings has them
-- Equity is added as whole numbers of 2^-50, which add up to the same in whatever order threads come to them.
WITH
bars_whole AS (
    SELECT *, CASE WHEN abs(equity) < 1e15 THEN CAST(equity * 1125899906842624 AS HUGEINT) END AS whole_equity
    FROM equity_curve
),
sessions AS (
    SELECT
        run_id,
        session_date,
        arg_max(equity, ts)            AS equity,
        arg_max(benchmark, ts)         AS benchmark,
        min(drawdown)                  AS drawdown,
        min(benchmark_drawdown)        AS benchmark_drawdown,
        CASE WHEN count(whole_equity) = count(*) THEN sum(whole_equity) / 1125899906842624 / count(*) END AS mean_equity,
        count(*)                       AS n_bars,
        count(*) FILTER (exposure > 0) AS n_bars_exposed
    FROM bars_whole
    GROUP BY run_id, session_date
),
-- No default value in lag(): DuckDB 1.5 can't read it in a view that DuckDB 2 stored.
steps AS (
    SELECT
        *,
        lag(session_date) OVER in_run AS date_before,
        lag(benchmark) OVER in_run    AS benchmark_before
    FROM sessions
    WINDOW in_run AS (PARTITION BY run_id ORDER BY session_date)
)
SELECT
    e.run_id,
    e.session_date,
    e.equity,
    e.benchmark,
    r."return",
    e.benchmark / nullif(CASE WHEN e.date_before IS NULL THEN s.capital ELSE e.benchmark_before END, 0) - 1
        AS benchmark_return,
    s.risk_free_rate / s.periods_per_year AS risk_free_return,
    e.drawdown,
    e.benchmark_drawdown,
    e.mean_equity,
    e.n_bars,
    e.n_bars_exposed,
    s.capital,
    s.risk_free_rate,
    s.periods_per_year
FROM steps AS e
JOIN run_settings AS s ON s.run_id = e.run_id
LEFT JOIN run_returns AS r ON r.run_id = e.run_id AND r.session_date = e.session_date
