-- Forgets what a deployment of the winner has to hold, to store it anew.
DELETE FROM experiment_thresholds WHERE experiment_id = $1
