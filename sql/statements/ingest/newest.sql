-- The newest stored bar of a series.
SELECT epoch_us(max(ts)), arg_max(close, ts) FROM bars WHERE symbol = $1 AND interval = $2
