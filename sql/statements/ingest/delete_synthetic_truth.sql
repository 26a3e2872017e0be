-- The truth of the earlier simulation goes with its bars.
DELETE FROM synthetic_truth WHERE symbol = $1 AND interval = $2
