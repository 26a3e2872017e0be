-- Whether the newest bar of a series is as traded. $1 symbol, $2 interval.
SELECT coalesce(arg_max(adjustment = 'raw', ts), TRUE) FROM bars WHERE symbol = $1 AND interval = $2
