-- Precision against recall as the threshold falls.
SELECT recall, precision
FROM pr_curve
WHERE run_id = $1 AND split = $2
ORDER BY threshold DESC
