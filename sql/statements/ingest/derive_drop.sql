-- The derived rows are merged, or given up.
DROP TABLE IF EXISTS temp.derived_bars;
DROP TABLE IF EXISTS temp.derived_changes;
DROP TABLE IF EXISTS temp.derived_factors
