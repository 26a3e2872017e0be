-- Experiments beside the one of the views' fixture: many trials with every kind of parameter and two objectives, a model whose
-- winner does not last, one where every trial failed, one of a single trial with nothing measured, and one with hostile names.

CREATE TEMP TABLE made AS SELECT * FROM (VALUES
    ('big',   'wide search',  3000, 'strategy', ['sharpe', 'turnover'], ['maximise', 'minimise'], 'cpcv',         2871),
    ('model', 'boosted',        60, 'model',    ['log_loss'],           ['minimise'],             'walk_forward', 31),
    ('dead',  'all fail',        5, 'strategy', ['sharpe'],             ['maximise'],             'holdout',      NULL),
    ('lone',  'one trial',       1, 'strategy', ['total_return'],       ['maximise'],             'holdout',      1),
    ('evil',  '<script>alert("name")</script>', 4, 'strategy', ['<b>sharpe</b>'], ['maximise'],   'holdout',      2)
) AS t(id, name, n, subject, objectives, directions, scheme, winner);

INSERT INTO runs (run_id, kind, mode, name, status, started_at, ended_at, seed, code_version, strategy, interval, symbols, error)
SELECT id, 'experiment', 'research', name, CASE id WHEN 'dead' THEN 'failed' ELSE 'finished' END, TIMESTAMP '2024-04-01', TIMESTAMP '2024-04-02', 7,
       '0.1.0', CASE subject WHEN 'model' THEN 'model' ELSE 'sma_cross' END, '1h', ['AAA', 'CCC'],
       CASE id WHEN 'dead' THEN 'no trial finished' WHEN 'evil' THEN '</p><img src=x onerror=alert(1)>' END
FROM made;
INSERT INTO runs (run_id, parent_run_id, kind, mode, name, status, started_at, seed, code_version, strategy, interval, symbols)
SELECT id || '-' || i, id, 'trial', 'backtest', name || '/' || i, CASE WHEN id = 'dead' THEN 'failed' ELSE 'finished' END, TIMESTAMP '2024-04-01', i, '0.1.0', 'sma_cross',
       '1h', ['AAA', 'CCC']
FROM made, range(n + 1) AS r(i);
INSERT INTO experiments
SELECT id, name, subject, CASE id WHEN 'evil' THEN 'name = "</code></pre><script>alert(2)</script>"' ELSE 'name = "' || name || E'"\n[validation]\nscheme = "' || scheme || '"' END,
       'ab12', objectives, directions, 'tpe', 'median', scheme, 6, n, TIMESTAMP '2022-01-03', TIMESTAMP '2023-07-03', TIMESTAMP '2024-01-03', winner,
       CASE WHEN id IN ('big', 'model') THEN id || '-tw' END, CASE WHEN id IN ('big', 'model') THEN id || '-tb' END, NULL,
       CASE WHEN id IN ('big', 'model') THEN TIMESTAMP '2024-04-02' END
FROM made;
-- Scores peak where fast is 12 and rate 0.001.
CREATE TEMP TABLE tried AS
SELECT id, i, n, winner, 5 + CAST(floor(noise(i) * 20) AS INTEGER) AS fast, power(10, -5 + 4 * noise(i + 0.31)) AS rate, noise(i + 0.61) AS stop,
       ['trend', 'swing', 'breakout', 'mean_reversion'][1 + CAST(floor(noise(i + 0.17) * 4) AS INTEGER)] AS kind, noise(i + 0.77) < 0.5 AS is_short,
       CASE WHEN id = 'dead' THEN 'failed' WHEN i = 0 OR i = winner THEN 'finished' WHEN noise(i + 0.9) < 0.02 THEN 'failed' WHEN noise(i + 0.9) < 0.2 THEN 'pruned' ELSE 'finished' END AS state,
       CASE WHEN i = winner THEN 2.3
            ELSE 1.6 - power((fast - 12) / 9.0, 2) - power((log10(rate) + 3) / 2, 2) + 0.8 * (noise(i + 0.05) - 0.5) + CASE kind WHEN 'trend' THEN 0.3 ELSE 0 END END AS sharpe
FROM made, range(n + 1) AS r(i);
INSERT INTO trials (experiment_id, trial, run_id, state, params, scores, violation, steps, n_kept, seconds, error)
SELECT id, i, id || '-' || i, state,
       CASE id WHEN 'evil' THEN '{"<i>fast</i>": ' || fast || ', "kind": "</svg><script>alert(3)</script>"}'
               ELSE '{"fast": ' || fast || ', "learning_rate": ' || rate || ', "account.stop_loss": ' || round(stop / 10, 4) || ', "kind": "' || kind || '", "is_short": ' || is_short ||
                    CASE WHEN is_short THEN ', "short_below": ' || round(stop, 3) ELSE '' END || '}' END,
       CASE WHEN state = 'failed' THEN [NULL, NULL] WHEN id = 'model' THEN [0.7 - sharpe / 100] WHEN id = 'lone' THEN [0.05] ELSE [sharpe, 20 + 30 * stop + 5 * sharpe] END,
       CASE WHEN state = 'finished' AND i > 0 AND i <> winner AND noise(i + 0.2) < 0.1 THEN 0.1 ELSE 0 END, [], 0, 0.25 + noise(i),
       CASE WHEN state = 'failed' THEN CASE WHEN id = 'evil' THEN '<script>alert(4)</script>' WHEN i % 2 = 0 THEN 'slow 9 is not above fast 12' ELSE 'no bars of ''AAA'' before 2022-01-03' END END
FROM tried;
UPDATE trials SET state = 'failed', error = '<script>alert(4)</script>', scores = [NULL] WHERE experiment_id = 'evil' AND trial = 4;
INSERT INTO run_metrics
SELECT id || '-' || i, 'valid', 0, unnest(['sharpe', 'total_return', 'max_drawdown', 'n_trades', 'win_rate', 'turnover', 'cost_drag']),
       unnest([sharpe, sharpe / 8, -0.02 - noise(i + 0.4) / 6, 20 + i % 50, 0.4 + stop / 5, 20 + 30 * stop + 5 * sharpe, 0.01])
FROM tried WHERE state <> 'failed';
INSERT INTO run_params SELECT id || '-0', 'periods_per_year', '252' FROM made;
INSERT INTO run_params SELECT id, unnest(['seed', 'budget.trials']), unnest(['7', CAST(n AS VARCHAR)]) FROM made;
CREATE TEMP TABLE days AS SELECT DISTINCT session_date AS d FROM hours;
INSERT INTO run_returns
SELECT id || '-' || i, d, (noise(epoch(d) / 86400 + i) - 0.5) / 45 + CASE WHEN i = winner THEN 0.0011 ELSE 0.0002 END
FROM tried, days WHERE (i = 0 OR i = winner) AND id NOT IN ('dead', 'lone') AND d < DATE '2023-07-03' AND d >= DATE '2022-07-01';
INSERT INTO experiment_paths
SELECT id, p, d, winner, (noise(epoch(d) / 86400 + p + 0.3) - 0.5) / 45 + CASE id WHEN 'big' THEN 0.0008 ELSE 0 END
FROM made, days, range(1, 3) AS r(p) WHERE id IN ('big', 'model') AND (id = 'big' OR p = 1) AND d < DATE '2023-07-03' AND d >= DATE '2022-07-01';
INSERT INTO runs (run_id, parent_run_id, kind, mode, name, status, started_at, code_version, strategy, interval, symbols)
SELECT id || s, id || '-0', 'backtest', 'backtest', name || s, 'finished', TIMESTAMP '2024-04-02', '0.1.0', 'sma_cross', '1h', ['AAA', 'CCC']
FROM made, (VALUES ('-tw'), ('-tb')) AS t(s) WHERE id IN ('big', 'model');
INSERT INTO run_returns
SELECT id || s, d, (noise(epoch(d) / 86400 + k) - 0.5) / 45 + CASE WHEN id = 'big' AND k = 0.7 THEN 0.0009 WHEN k = 0.7 THEN -0.0006 ELSE 0.0001 END
FROM made, days, (VALUES ('-tw', 0.7), ('-tb', 0.8)) AS t(s, k) WHERE id IN ('big', 'model') AND d >= DATE '2023-07-03';
INSERT INTO run_metrics
SELECT id || s, 'backtest', 0, unnest(['sharpe', 'total_return', 'max_drawdown', 'n_trades', 'win_rate']),
       unnest(CASE WHEN s = '-tb' THEN [0.4, 0.02, -0.06, 30, 0.5] WHEN id = 'big' THEN [1.9, 0.14, -0.04, 42, 0.56] ELSE [-0.7, -0.05, -0.09, 51, 0.44] END)
FROM made, (VALUES ('-tw'), ('-tb')) AS t(s) WHERE id IN ('big', 'model');
INSERT INTO experiment_folds
SELECT 'model', f, 'train', TIMESTAMP '2022-01-03', TIMESTAMP '2022-07-01' + to_months(CAST(2 * (f - 1) AS INTEGER)), 120, 900 + 280 * f, 8 FROM range(1, 7) AS r(f)
UNION ALL
SELECT 'model', f, 'valid', TIMESTAMP '2022-07-01' + to_months(CAST(2 * (f - 1) AS INTEGER)), TIMESTAMP '2022-07-01' + to_months(CAST(2 * f AS INTEGER)), 42, 280, 0 FROM range(1, 7) AS r(f);
INSERT INTO experiment_folds
SELECT 'big', f, CASE WHEN b IN (f % 6, (f + 1 + f // 6) % 6) THEN 'valid' ELSE 'train' END, TIMESTAMP '2022-01-03' + to_months(CAST(3 * b AS INTEGER)), TIMESTAMP '2022-01-03' + to_months(CAST(3 * (b + 1) AS INTEGER)), 62, NULL, NULL
FROM range(1, 16) AS r(f), range(6) AS q(b);
INSERT INTO experiment_folds VALUES ('lone', 1, 'valid', TIMESTAMP '2022-01-03', TIMESTAMP '2023-07-03', 390, NULL, NULL);
INSERT INTO experiment_luck
SELECT id, m, CASE id WHEN 'big' THEN v ELSE w END, d
FROM made, (VALUES
    ('deflated_sharpe', 0.981, 0.412, 'probability that the true Sharpe ratio is above what luck would show'),
    ('expected_maximum_sharpe', 0.078, 0.101, 'daily'), ('n_trials', 3120, 214, 'every trial on this data'), ('n_tries', 3200, 230, NULL), ('n_trials_here', 3000, 60, NULL),
    ('trial_sharpe_variance', 0.00042, 0.0011, NULL), ('probabilistic_sharpe', 0.9996, 0.91, NULL), ('minimum_track_record', 94.2, 511, 'days'), ('track_record', 257, 257, 'days'),
    ('sharpe_daily', 0.145, 0.07, NULL), ('skewness', 0.02, -0.3, NULL), ('kurtosis', 1.8, 4.1, NULL), ('pbo', 0.07, 0.54, NULL), ('pbo_own', 0.07, 0.54, NULL), ('pbo_union', 0.05, NULL, NULL), ('pbo_combinations', 12870, 70, NULL), ('pbo_blocks', 16, 8, NULL),
    ('probability_of_loss', 0.04, 0.48, NULL), ('degradation_slope', 0.35, -0.6, NULL), ('degradation_intercept', 0.02, 0.03, NULL), ('reality_check_p', 0.003, 0.31, NULL),
    ('spa_p', 0.0004, 0.22, 'consistent'), ('spa_lower_p', 0.0004, 0.19, NULL), ('spa_upper_p', 0.001, 0.3, NULL), ('baseline_spa_p', 0.002, NULL, 'the baseline has too few days'),
    ('validation_sharpe', 2.3, 1.1, NULL), ('test_sharpe', 1.9, -0.7, NULL), ('sharpe_gap', -0.4, -1.8, NULL), ('sharpe_gap_p', 0.61, 0.03, NULL), ('test_searched', 0, 0, NULL), ('walk_sharpe', 1.6, 0.1, NULL),
    ('test_looks', 1, 3, NULL)) AS t(m, v, w, d)
WHERE id IN ('big', 'model');
INSERT INTO experiment_splits
SELECT id, i, winner, 0.1 + noise(i) / 10, CASE id WHEN 'big' THEN 0.05 + (noise(i + 0.2) - 0.3) / 8 ELSE 0.1 - noise(i) / 8 + (noise(i + 0.2) - 0.5) / 4 END,
       CASE id WHEN 'big' THEN 2 + 4 * (noise(i + 0.4) - 0.45) ELSE 4 * (noise(i + 0.4) - 0.54) END
FROM made, range(1, 1201) AS r(i) WHERE id = 'big' OR id = 'model' AND i <= 70;
INSERT INTO experiment_importance
SELECT id, objectives[1], p, v * CASE id WHEN 'big' THEN 1 ELSE 0.2 END, 0.02 + v / 9, v, CASE id WHEN 'big' THEN 0.81 ELSE 0.12 END
FROM made, (VALUES ('learning_rate', 0.62), ('fast', 0.41), ('kind', 0.07), ('account.stop_loss', 0.01), ('is_short', -0.004), ('short_below', 0.002)) AS t(p, v) WHERE id IN ('big', 'model');
