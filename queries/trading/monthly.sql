-- about: Returns of a run month by month beside buy-and-hold
-- params: run VARCHAR
SELECT year, month, n_days, "return", benchmark_return, "return" - benchmark_return AS excess_return
FROM monthly_returns
WHERE run_id = $run
ORDER BY year, month
