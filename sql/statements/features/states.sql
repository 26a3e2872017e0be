-- Where the newest build of a version of a set stood in each series.
SELECT symbol, interval, bars, epoch_us(last_ts), epoch_us(last_close_ts), inputs, state
FROM feature_state
WHERE name = $1 AND version = $2
