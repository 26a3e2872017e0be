-- about: Compounded return of a run in each calendar month, beside its benchmark
-- grain: run_id, year, month
-- needs: daily_returns
-- col run_id: Run
-- col year: Calendar year of the sessions
-- col month: Calendar month of the sessions, 1 to 12
-- col return: product(1 + daily return) - 1, a fraction
-- col benchmark_return: The same of the benchmark, a fraction
-- col n_days: Sessions in the month
SELECT
    run_id,
    year(session_date)                AS year,
    month(session_date)               AS month,
    product(1 + "return" ORDER BY session_date) - 1         AS "return",
    product(1 + benchmark_return ORDER BY session_date) - 1 AS benchmark_return,
    count(*)                          AS n_days
FROM daily_returns
GROUP BY run_id, year(session_date), month(session_date)
