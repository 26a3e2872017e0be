-- What every label set stands for.
SELECT * FROM label_sets
