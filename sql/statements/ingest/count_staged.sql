-- Rows of the file that are bars.
SELECT count(*) FROM staged_bars
