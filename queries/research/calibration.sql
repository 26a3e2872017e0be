-- about: Stated probability against what happened, in ten bins
-- params: run VARCHAR, split VARCHAR = 'test'
SELECT bin, n, mean_probability, observed_rate, observed_rate - mean_probability AS gap
FROM calibration
WHERE run_id = $run AND split = $split
ORDER BY bin
