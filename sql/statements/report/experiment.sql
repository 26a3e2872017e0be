-- One experiment as its page opens: the summary, the gates, and what they were asked of.
SELECT
    s.*,
    epoch_us(s.dev_from)                                             AS dev_us,
    epoch_us(s.test_from)                                            AS test_us,
    epoch_us(s.test_to)                                              AS end_us,
    e.spec,
    e.spec_sha256,
    e.objectives[1]                                                  AS objective,
    e.objectives[2]                                                  AS objective_2,
    e.directions[1]                                                  AS direction,
    e.directions[2]                                                  AS direction_2,
    v.n_unknown,
    v.deflated_sharpe_at_least,
    v.pbo_at_most,
    v.spa_p_at_most,
    v.test_sharpe_above,
    v.sharpe_gap_p_at_least,
    CAST(v.passes_deflated_sharpe AS INTEGER)                        AS passes_deflated_sharpe,
    CAST(v.passes_pbo AS INTEGER)                                    AS passes_pbo,
    CAST(v.passes_spa AS INTEGER)                                    AS passes_spa,
    CAST(v.passes_test AS INTEGER)                                   AS passes_test,
    CAST(v.passes_gap AS INTEGER)                                    AS passes_gap,
    (SELECT max(try_cast(p.value AS DOUBLE))
     FROM trials AS t JOIN run_params AS p ON p.run_id = t.run_id
     WHERE t.experiment_id = s.experiment_id AND t.trial = 0 AND p.key = 'periods_per_year') AS periods_per_year
FROM experiment_summary AS s
JOIN experiment_verdict AS v ON v.experiment_id = s.experiment_id
JOIN experiments AS e ON e.experiment_id = s.experiment_id
WHERE s.experiment_id = $1
