-- The experiment that a run is, is a trial of, or looked at the test period for, and as which of them. $1 run.
SELECT s.experiment_id, s.name, s.status,
       CASE $1 WHEN s.experiment_id THEN 'itself' WHEN s.test_run_id THEN 'test of the winner'
               WHEN s.baseline_test_run_id THEN 'test of the baseline' ELSE 'trial' END              AS role,
       s.scheme, s.sampler, s.pruner, s.objectives, s.directions,
       epoch_us(s.dev_from), epoch_us(s.test_from), epoch_us(s.test_to), epoch_us(s.tested_at),
       (SELECT count(DISTINCT f.fold) FROM experiment_folds AS f WHERE f.experiment_id = s.experiment_id) AS n_folds,
       s.n_trials, s.n_distinct, s.n_finished, s.n_pruned, s.n_failed, s.n_infeasible, s.max_trials,
       s.winner_trial, s.winner_run_id, s.best_score, s.baseline_score, s.test_run_id,
       CASE WHEN s.status = 'finished' THEN s.verdict END, CASE WHEN s.status = 'finished' THEN s.reason END
FROM experiment_summary AS s
WHERE s.experiment_id = $1
   OR s.experiment_id = (SELECT t.experiment_id FROM trials AS t WHERE t.run_id = $1)
   OR s.test_run_id = $1 OR s.baseline_test_run_id = $1
LIMIT 1
