-- What the metrics of a run are measured with.
SELECT capital, risk_free_rate, periods_per_year
FROM run_settings
WHERE run_id = $1
