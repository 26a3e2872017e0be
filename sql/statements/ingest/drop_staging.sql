-- The staged rows are in, or given up.
DROP TABLE IF EXISTS temp.staged_bars;
DROP TABLE IF EXISTS temp.staged_changes
