-- What the names of label sets stand for.
SELECT * FROM label_sets
