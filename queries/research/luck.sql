-- about: How much of an experiment's winner could be luck, measure by measure; the newest experiment unless one is named, by id or name
-- params: experiment VARCHAR = NULL
SELECT measure, value, detail, experiment_id
FROM experiment_luck
WHERE experiment_id = (
    SELECT max_by(run_id, (started_at, run_id)) FROM runs
    WHERE kind = 'experiment' AND ($experiment IS NULL OR run_id = $experiment OR name = $experiment))
ORDER BY
    list_position(['deflated_sharpe', 'expected_maximum_sharpe', 'n_trials', 'n_tries', 'pbo', 'pbo_own', 'pbo_union', 'spa_p', 'spa_p_own',
        'spa_p_union', 'reality_check_p', 'baseline_spa_p',
        'validation_sharpe', 'test_sharpe', 'sharpe_gap', 'sharpe_gap_p', 'walk_sharpe', 'minimum_track_record', 'track_record'], measure) NULLS LAST,
    measure
