-- The feature set of a hash. $1 hash.
SELECT any_value(name) FROM feature_sets WHERE version = $1
