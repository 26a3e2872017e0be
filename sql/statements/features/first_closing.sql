-- Start of the first bar of a series that closes at or after a time.
SELECT epoch_us(min(ts)) FROM bars WHERE symbol = $1 AND interval = $2 AND close_ts >= make_timestamp($3)
