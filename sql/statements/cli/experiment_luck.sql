-- What luck could have done, in the order it was measured.
SELECT measure, value, detail FROM experiment_luck WHERE experiment_id = $1 ORDER BY rowid
