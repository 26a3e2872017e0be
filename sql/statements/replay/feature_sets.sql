-- Every version of every feature set.
SELECT * FROM feature_sets
