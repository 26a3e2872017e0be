-- about: Could the winner be luck? The gates every experiment has to pass, what each came to, and the verdict in words
-- grain: experiment_id
-- col experiment_id: Run of kind experiment
-- col name: Name of the experiment
-- col winner_trial: Trial that won; NULL without one
-- col verdict: unlikely to be luck (every gate passed), could well be luck (one failed), cannot be told (something needed is unknown)
-- col is_promotable: Whether every gate passed
-- col n_passed: Gates passed
-- col n_failed: Gates failed
-- col n_unknown: Gates that nothing can be said of
-- col reason: What failed and what is unknown, in one line; that all passed otherwise
-- col deflated_sharpe: Probability that the true Sharpe ratio is above what the best of so many worthless trials would show
-- col deflated_sharpe_at_least: What it has to reach
-- col passes_deflated_sharpe: Whether it does; NULL when unknown
-- col pbo: Probability of backtest overfitting: how often the best of one half of the days is below the middle of the other half
-- col pbo_at_most: What it may reach
-- col passes_pbo: Whether it stays there; NULL when unknown
-- col spa_p: p-value of Hansen's test that no trial is better than cash, consistent version
-- col spa_p_at_most: What it may reach
-- col passes_spa: Whether it stays there; NULL when unknown
-- col test_sharpe: Sharpe ratio of the winner on the untouched test period, yearly
-- col baseline_test_sharpe: Sharpe ratio of the baseline there, yearly
-- col test_sharpe_above: What the winner's has to exceed, beside the baseline's
-- col passes_test: Whether it exceeds both; NULL when unknown
-- col test_searched: Trials of earlier experiments that were developed on days of the test period
-- col passes_untouched: Whether there are none; NULL without a winner
-- col validation_sharpe: Sharpe ratio of the winner on validation, yearly
-- col sharpe_gap_p: p-value of the difference between validation and test
-- col sharpe_gap_p_at_least: Below this the difference is significant
-- col passes_gap: Whether test is no worse than validation, or not significantly; NULL when unknown
-- The gates of promotion. Every limit is here and nowhere else; what shows them reads them from these columns.
WITH
limits AS (
    SELECT
        CAST(0.95 AS DOUBLE)                                         AS deflated_sharpe_at_least,
        CAST(0.2 AS DOUBLE)                                          AS pbo_at_most,
        CAST(0.05 AS DOUBLE)                                         AS spa_p_at_most,
        CAST(0 AS DOUBLE)                                            AS test_sharpe_above,
        CAST(0.05 AS DOUBLE)                                         AS sharpe_gap_p_at_least
),
luck AS (
    SELECT
        experiment_id,
        max(value) FILTER (measure = 'deflated_sharpe')              AS deflated_sharpe,
        max(value) FILTER (measure = 'pbo')                          AS pbo,
        max(value) FILTER (measure = 'spa_p')                        AS spa_p,
        max(value) FILTER (measure = 'validation_sharpe')            AS validation_sharpe,
        max(value) FILTER (measure = 'sharpe_gap_p')                 AS sharpe_gap_p,
        max(value) FILTER (measure = 'test_searched')                AS test_searched
    FROM experiment_luck
    WHERE isfinite(value)
    GROUP BY experiment_id
),
-- Without a winner there is nothing to promote, whatever was measured.
gated AS (
    SELECT
        e.experiment_id,
        e.name,
        e.winner_trial,
        l.* EXCLUDE (experiment_id),
        CASE WHEN isfinite(t.value) THEN t.value END                 AS test_sharpe,
        CASE WHEN isfinite(b.value) THEN b.value END                 AS baseline_test_sharpe,
        c.*,
        CASE WHEN e.winner_trial IS NOT NULL THEN l.deflated_sharpe >= c.deflated_sharpe_at_least END AS passes_deflated_sharpe,
        CASE WHEN e.winner_trial IS NOT NULL THEN l.pbo <= c.pbo_at_most END                          AS passes_pbo,
        CASE WHEN e.winner_trial IS NOT NULL THEN l.spa_p <= c.spa_p_at_most END                      AS passes_spa,
        CASE WHEN e.winner_trial IS NOT NULL THEN test_sharpe > c.test_sharpe_above AND test_sharpe > baseline_test_sharpe END AS passes_test,
        CASE WHEN e.winner_trial IS NOT NULL THEN l.test_searched = 0 END AS passes_untouched,
        CASE WHEN e.winner_trial IS NOT NULL THEN l.sharpe_gap_p >= c.sharpe_gap_p_at_least OR test_sharpe >= l.validation_sharpe END AS passes_gap
    FROM experiments AS e
    CROSS JOIN limits AS c
    LEFT JOIN luck AS l ON l.experiment_id = e.experiment_id
    LEFT JOIN run_metrics AS t ON t.run_id = e.test_run_id AND t.split = 'backtest' AND t.step = 0 AND t.key = 'sharpe'
    LEFT JOIN run_metrics AS b ON b.run_id = e.baseline_test_run_id AND b.split = 'backtest' AND b.step = 0 AND b.key = 'sharpe'
),
counted AS (
    SELECT
        *,
        [passes_deflated_sharpe, passes_pbo, passes_spa, passes_test, passes_untouched, passes_gap] AS gates,
        len([gate FOR gate IN gates IF gate])                        AS n_passed,
        len([gate FOR gate IN gates IF NOT gate])                    AS n_failed,
        len(gates) - list_count(gates)                                AS n_unknown,
        concat_ws('; ',
            CASE WHEN NOT passes_deflated_sharpe THEN format('deflated Sharpe {:.3f} is below {:.2f}', deflated_sharpe, deflated_sharpe_at_least) END,
            CASE WHEN NOT passes_pbo THEN format('PBO {:.3f} is above {:.2f}', pbo, pbo_at_most) END,
            CASE WHEN NOT passes_spa THEN format('SPA p {:.3f} is above {:.2f}', spa_p, spa_p_at_most) END,
            CASE
                WHEN NOT passes_test AND NOT test_sharpe > test_sharpe_above THEN format('test Sharpe {:.2f} is not above {:.0f}', test_sharpe, test_sharpe_above)
                WHEN NOT passes_test THEN format('test Sharpe {:.2f} is not above the baseline''s {:.2f}', test_sharpe, baseline_test_sharpe)
            END,
            CASE WHEN NOT passes_untouched THEN format('{:.0f} earlier trials were developed on days of this test period', test_searched) END,
            CASE
                WHEN NOT passes_gap THEN format('the Sharpe fell from {:.2f} on validation to {:.2f} on test, p {:.3f} below {:.2f}', validation_sharpe, test_sharpe, sharpe_gap_p, sharpe_gap_p_at_least)
            END
        )                                                            AS faults,
        concat_ws(', ',
            CASE WHEN passes_deflated_sharpe IS NULL THEN 'deflated Sharpe' END,
            CASE WHEN passes_pbo IS NULL THEN 'PBO' END,
            CASE WHEN passes_spa IS NULL THEN 'SPA p' END,
            CASE WHEN passes_test IS NULL THEN 'the test period' END,
            CASE WHEN passes_untouched IS NULL THEN 'who searched the test period' END,
            CASE WHEN passes_gap IS NULL THEN 'the gap to the test period' END
        )                                                            AS unknowns
    FROM gated
)
SELECT
    experiment_id,
    name,
    winner_trial,
    CASE
        WHEN n_failed > 0 THEN 'could well be luck'
        WHEN n_unknown > 0 THEN 'cannot be told'
        ELSE 'unlikely to be luck'
    END                                                              AS verdict,
    n_passed = len(gates)                                            AS is_promotable,
    n_passed,
    n_failed,
    n_unknown,
    CASE
        WHEN winner_trial IS NULL THEN 'there is no winner'
        WHEN n_passed = len(gates) THEN 'every gate passed'
        ELSE concat_ws('; ', nullif(faults, ''), 'unknown: ' || nullif(unknowns, ''))
    END                                                              AS reason,
    deflated_sharpe,
    deflated_sharpe_at_least,
    passes_deflated_sharpe,
    pbo,
    pbo_at_most,
    passes_pbo,
    spa_p,
    spa_p_at_most,
    passes_spa,
    test_sharpe,
    baseline_test_sharpe,
    test_sharpe_above,
    passes_test,
    test_searched,
    passes_untouched,
    validation_sharpe,
    sharpe_gap_p,
    sharpe_gap_p_at_least,
    passes_gap
FROM counted
