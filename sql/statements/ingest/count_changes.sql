-- New rows and rows that differ from the stored ones.
SELECT count(*) FILTER (NOT is_stored), count(*) FILTER (is_stored) FROM staged_changes
