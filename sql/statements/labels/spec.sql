-- The specification kept of a label set, and whether it has labels. $1 name.
SELECT (SELECT CAST(max(spec) AS VARCHAR) FROM label_sets WHERE name = $1) AS spec,
       EXISTS (SELECT 1 FROM labels WHERE label_set = $1) AS has_labels
