-- A version of a feature set as it was built.
SELECT spec FROM feature_sets WHERE name = $1 AND version = $2
