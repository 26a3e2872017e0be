-- Daily returns of session-end equity, with their mean and sample standard deviation.
SELECT
    session_date, "return",
    avg("return") OVER ()         AS mean_return,
    stddev_samp("return") OVER () AS deviation
FROM run_returns
WHERE run_id = $1
ORDER BY session_date
