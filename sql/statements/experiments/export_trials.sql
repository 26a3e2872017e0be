-- The trials of an experiment, ranked: the winner first, then what keeps to all constraints, then by the objectives in
-- their order. What did not finish has no rank, and neither has the baseline, which was no candidate.
WITH scored AS (
    SELECT
        t.*,
        t.trial = e.winner_trial AS is_winner,
        list_transform(t.scores, lambda x: CASE WHEN isfinite(x) THEN x END) AS known,
        -- Ascending is better; what is unknown comes last.
        list_transform(t.scores, lambda x, i:
            CASE WHEN isfinite(x) THEN CASE WHEN e.directions[i] = 'maximise' THEN -x ELSE x END ELSE 'inf' END) AS costs
    FROM trials AS t
    JOIN experiments AS e ON e.experiment_id = t.experiment_id
    WHERE t.experiment_id = $1
)
SELECT
    CASE WHEN state = 'finished' AND trial > 0
        THEN row_number() OVER (PARTITION BY state = 'finished' AND trial > 0
                                ORDER BY is_winner IS TRUE DESC, violation, costs, trial) END AS rank,
    trial, run_id, state, coalesce(is_winner, false) AS is_winner, params,
    CAST(to_json(known) AS VARCHAR) AS scores,
    CAST(to_json(list_transform(steps, lambda x: CASE WHEN isfinite(x) THEN x END)) AS VARCHAR) AS steps,
    violation, n_kept, seconds, error
FROM scored
ORDER BY rank NULLS LAST, trial
