-- Ratios to four digits, which is far finer than what is asked of them.
INSERT INTO staged_ratios
SELECT symbol, round(ratio, 4), count(*) FROM staged_pairs WHERE is_stored GROUP BY ALL
