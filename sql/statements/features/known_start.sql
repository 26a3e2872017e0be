-- Start of the newest bar of a series that was known at a time; the time itself when none was.
SELECT coalesce(epoch_us(max(ts)), $3) FROM bars
WHERE symbol = $1 AND interval = $2 AND close_ts <= make_timestamp($3)
