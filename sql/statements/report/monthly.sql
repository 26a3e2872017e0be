-- Returns by calendar month; the year's figure compounds the months that have one.
SELECT
    year, month, "return", benchmark_return,
    product(1 + "return") OVER (PARTITION BY year) - 1 AS year_return
FROM monthly_returns
WHERE run_id = $1
ORDER BY year, month
