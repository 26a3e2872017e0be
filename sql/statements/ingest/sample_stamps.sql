-- Some stamps, to cut a long file into spans of about the same number of rows.
SELECT epoch_us(ts) FROM staged_bars USING SAMPLE reservoir(20000 ROWS) REPEATABLE (1) ORDER BY ts
