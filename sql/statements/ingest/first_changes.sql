-- The first row of each symbol that is new or different: what was derived from there on may not follow any more.
SELECT symbol, epoch_us(min(ts)), count(*) FILTER (is_stored) FROM staged_changes GROUP BY symbol ORDER BY symbol
