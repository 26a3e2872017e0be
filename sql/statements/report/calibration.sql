-- Stated probability against what happened, by bin.
SELECT bin, n, mean_probability, observed_rate
FROM calibration
WHERE run_id = $1 AND split = $2 AND n > 0
ORDER BY mean_probability
