-- A row a symbol: its first row that is new or different, how many are new, how many differ.
SELECT symbol, epoch_us(min(ts)), count(*) FILTER (NOT is_stored), count(*) FILTER (is_stored)
FROM staged_pairs WHERE is_changed GROUP BY symbol ORDER BY symbol
