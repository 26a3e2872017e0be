-- The winner is about to look at the test period; of several looks, after a kill, the first counts.
UPDATE experiments
SET winner_trial = $2, tested_at = coalesce(tested_at, make_timestamp($3))
WHERE experiment_id = $1
