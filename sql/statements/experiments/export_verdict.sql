-- Whether the winner of an experiment could be luck, in the words of the view.
SELECT verdict, is_promotable, reason
FROM experiment_verdict
WHERE experiment_id = $1
