-- about: Could the winner be luck? The gates every experiment has to pass, what each came to, and the verdict in words
-- grain: experiment_id
-- col experiment_id: Run of kind experiment
-- col name: Name of the experiment
-- col winner_trial: Trial that won; NULL without one
-- col verdict: In words: unlikely to be luck (every gate passed), cannot be told (something needed is unknown), or what the gravest failed gate says: overfit: .., could well be luck: .., or test period seen before: ..
-- col failed_gate: The gravest gate that failed, whose words the verdict has: test, pbo, gap, deflated_sharpe, spa, untouched; NULL when none did
-- col is_promotable: Whether every gate passed
-- col n_passed: Gates passed
-- col n_failed: Gates failed
-- col n_unknown: Gates that nothing can be said of
-- col reason: What failed and what is unknown, in one line; that all passed otherwise
-- col deflated_sharpe: Probability that the true Sharpe ratio is above what the best of so many worthless trials would show
-- col deflated_sharpe_at_least: What it has to reach
-- col passes_deflated_sharpe: Whether it does; NULL when unknown
-- col pbo: Probability of backtest overfitting: how often the best of one half of the days is below the middle of the other half; the worse of pbo_own and pbo_union
-- col pbo_own: The same over the trials of this experiment alone
-- col pbo_union: The same over these and the trials of earlier experiments on the same days; NULL without any
-- col pbo_at_most: What it may reach
-- col passes_pbo: Whether it stays there; NULL when unknown
-- col spa_p: p-value of Hansen's test that no trial is better than cash, consistent version; the worse of spa_p_own and spa_p_union
-- col spa_p_own: The same over the trials of this experiment alone
-- col spa_p_union: The same over these and the trials of earlier experiments on the same days; NULL without any
-- col spa_p_at_most: What it may reach
-- col passes_spa: Whether it stays there; NULL when unknown
-- col test_sharpe: Sharpe ratio of the winner on the untouched test period, yearly
-- col baseline_test_sharpe: Sharpe ratio of the baseline there, yearly
-- col test_sharpe_above: What the winner's has to exceed, beside the baseline's
-- col passes_test: Whether it exceeds both; NULL when unknown
-- col test_searched: Trials of earlier experiments that were developed on days of the test period
-- col test_looks: Experiments that have looked at an overlapping test period of these symbols, this one included
-- col passes_untouched: Whether there are none, and no other experiment has looked at the test period; NULL when unknown
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
        max(value) FILTER (measure = 'pbo_own')                      AS pbo_own,
        max(value) FILTER (measure = 'pbo_union')                    AS pbo_union,
        max(value) FILTER (measure = 'spa_p')                        AS spa_p,
        max(value) FILTER (measure = 'spa_p_own')                    AS spa_p_own,
        max(value) FILTER (measure = 'spa_p_union')                  AS spa_p_union,
        max(value) FILTER (measure = 'validation_sharpe')            AS validation_sharpe,
        max(value) FILTER (measure = 'sharpe_gap_p')                 AS sharpe_gap_p,
        max(value) FILTER (measure = 'test_searched')                AS test_searched,
        max(value) FILTER (measure = 'test_looks')                   AS test_looks
    FROM experiment_luck
    WHERE isfinite(value)
    GROUP BY experiment_id
),
-- Without a winner there is nothing to promote, whatever was measured. What is unknown of an experiment's own trials cannot pass
-- by the company of others, but it can fail by it.
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
        CASE WHEN e.winner_trial IS NOT NULL THEN l.pbo <= c.pbo_at_most AND coalesce(l.pbo_union <= c.pbo_at_most, true) END AS passes_pbo,
        CASE WHEN e.winner_trial IS NOT NULL THEN l.spa_p <= c.spa_p_at_most AND coalesce(l.spa_p_union <= c.spa_p_at_most, true) END AS passes_spa,
        CASE WHEN e.winner_trial IS NOT NULL THEN test_sharpe > c.test_sharpe_above AND test_sharpe > baseline_test_sharpe END AS passes_test,
        CASE WHEN e.winner_trial IS NOT NULL THEN l.test_searched = 0 AND l.test_looks <= 1 END AS passes_untouched,
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
        CASE
            WHEN NOT passes_test THEN 'test'
            WHEN NOT passes_pbo THEN 'pbo'
            WHEN NOT passes_gap THEN 'gap'
            WHEN NOT passes_deflated_sharpe THEN 'deflated_sharpe'
            WHEN NOT passes_spa THEN 'spa'
            WHEN NOT passes_untouched THEN 'untouched'
        END                                                          AS failed_gate,
        concat_ws('; ',
            CASE WHEN NOT passes_deflated_sharpe THEN format('deflated Sharpe {:.3f} is below {:.2f}', deflated_sharpe, deflated_sharpe_at_least) END,
            CASE WHEN NOT passes_pbo THEN format('PBO {:.3f} is above {:.2f}', greatest(pbo, pbo_union), pbo_at_most) END,
            CASE WHEN NOT passes_spa THEN format('SPA p {:.3f} is above {:.2f}', greatest(spa_p, spa_p_union), spa_p_at_most) END,
            CASE
                WHEN NOT passes_test AND NOT test_sharpe > test_sharpe_above THEN format('test Sharpe {:.2f} is not above {:.0f}', test_sharpe, test_sharpe_above)
                WHEN NOT passes_test THEN format('test Sharpe {:.2f} is not above the baseline''s {:.2f}', test_sharpe, baseline_test_sharpe)
            END,
            CASE WHEN test_searched > 0 AND NOT passes_untouched THEN format('{:.0f} earlier trials were developed on days of this test period', test_searched) END,
            CASE
                WHEN test_looks > 1 AND NOT passes_untouched THEN format('other experiments have looked at this test period: {:.0f}', test_looks - 1)
            END,
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
    CASE failed_gate
        WHEN 'test' THEN CASE
            WHEN test_sharpe > test_sharpe_above THEN 'overfit: worse than the baseline out of sample'
            ELSE 'overfit: earns nothing out of sample'
        END
        WHEN 'pbo' THEN 'overfit: the best trial of some days is no better than the others on other days'
        WHEN 'gap' THEN 'overfit: much worse out of sample than where it was chosen'
        WHEN 'deflated_sharpe' THEN 'could well be luck: so many worthless trials would show one as good'
        WHEN 'spa' THEN 'could well be luck: no trial clearly beats cash'
        WHEN 'untouched' THEN 'test period seen before: it is no test any more'
        ELSE CASE WHEN n_unknown > 0 THEN 'cannot be told' ELSE 'unlikely to be luck' END
    END                                                              AS verdict,
    failed_gate,
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
    pbo_own,
    pbo_union,
    pbo_at_most,
    passes_pbo,
    spa_p,
    spa_p_own,
    spa_p_union,
    spa_p_at_most,
    passes_spa,
    test_sharpe,
    baseline_test_sharpe,
    test_sharpe_above,
    passes_test,
    test_searched,
    test_looks,
    passes_untouched,
    validation_sharpe,
    sharpe_gap_p,
    sharpe_gap_p_at_least,
    passes_gap
FROM counted
