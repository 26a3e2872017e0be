-- What luck could have done.
SELECT measure, value, detail FROM experiment_luck WHERE experiment_id = $1
