-- A finished experiment with numbers that can be computed by hand: a baseline, four trials (one pruned, one failed), and
-- the looks at the test period. SYNTHETIC.
INSERT INTO instruments (symbol, exchange, calendar, currency, asset_id, first_seen_at)
VALUES ('M&M', 'NSE', NULL, 'INR', 0, TIMESTAMP '2026-01-01');

INSERT INTO runs (run_id, parent_run_id, kind, mode, name, status, started_at, ended_at, seed, code_version, data_fingerprint,
                  strategy, interval, symbols, error)
VALUES
    ('exp-1', NULL, 'experiment', 'research', 'sma', 'finished', '2026-01-01 10:00', '2026-01-01 11:00', 7, '0.1.0', 'f', NULL, '1d', ['M&M'], NULL),
    ('t0', 'exp-1', 'trial', 'research', 'sma/0', 'finished', '2026-01-01 10:00', '2026-01-01 10:01', 7, '0.1.0', 'f', 'sma_cross', '1d', ['M&M'], NULL),
    ('t1', 'exp-1', 'trial', 'research', 'sma/1', 'finished', '2026-01-01 10:01', '2026-01-01 10:02', 8, '0.1.0', 'f', 'sma_cross', '1d', ['M&M'], NULL),
    ('t2', 'exp-1', 'trial', 'research', 'sma/2', 'finished', '2026-01-01 10:02', '2026-01-01 10:03', 9, '0.1.0', 'f', 'sma_cross', '1d', ['M&M'], NULL),
    ('t3', 'exp-1', 'trial', 'research', 'sma/3', 'pruned', '2026-01-01 10:03', '2026-01-01 10:04', 10, '0.1.0', 'f', 'sma_cross', '1d', ['M&M'], NULL),
    ('t4', 'exp-1', 'trial', 'research', 'sma/4', 'failed', '2026-01-01 10:04', '2026-01-01 10:05', 11, '0.1.0', 'f', 'sma_cross', '1d', ['M&M'], 'fast, "slow" and
more'),
    ('t5', 'exp-1', 'trial', 'research', 'sma/5', 'finished', '2026-01-01 10:05', '2026-01-01 10:06', 12, '0.1.0', 'f', 'sma_cross', '1d', ['M&M'], NULL),
    ('bt-base', NULL, 'backtest', 'backtest', NULL, 'finished', '2026-01-01 10:59', '2026-01-01 11:00', NULL, '0.1.0', 'g', 'sma_cross', '1d', ['M&M'], NULL),
    ('bt-best', NULL, 'backtest', 'backtest', NULL, 'finished', '2026-01-01 10:59', '2026-01-01 11:00', NULL, '0.1.0', 'g', 'sma_cross', '1d', ['M&M'], NULL),
    ('other', NULL, 'backtest', 'backtest', 'sma', 'finished', '2026-01-02', '2026-01-02', NULL, '0.1.0', 'g', 'sma_cross', '1d', ['M&M'], NULL);

INSERT INTO experiments (experiment_id, name, subject, spec, spec_sha256, objectives, directions, sampler, pruner, scheme,
                         n_dimensions, max_trials, dev_from, test_from, test_to, winner_trial, test_run_id, baseline_test_run_id, tested_at)
VALUES ('exp-1', 'sma', 'strategy', 'name = "sma"', 'ab', ['sharpe', 'max_drawdown'], ['maximise', 'maximise'], 'tpe', 'median',
        'walk_forward', 2, 5, '2024-01-01', '2025-01-01', '2025-06-01', 2, 'bt-best', 'bt-base', '2026-01-01 11:00');

-- Trial 1 misses a constraint, trial 5 has an unknown score: by the objectives 2, then 5, then 1.
INSERT INTO trials (experiment_id, trial, run_id, state, params, scores, violation, steps, n_kept, seconds, error)
VALUES
    ('exp-1', 0, 't0', 'finished', '{"fast": 10}', [1.0, -0.1], 0, [1.0], 10, 0.5, NULL),
    ('exp-1', 1, 't1', 'finished', '{"fast": 3, "account.stop_loss": 0.02}', [3.0, -0.1], 2.5, [2.0, 3.0], 0, 0.5, NULL),
    ('exp-1', 2, 't2', 'finished', '{"fast": 5, "account.stop_loss": 0.01}', [2.0, -0.2], 0, [1.5, 2.0], 10, 0.5, NULL),
    ('exp-1', 3, 't3', 'pruned', '{"fast": 6}', [0.5, -0.3], 0, [0.5], 0, 0.25, NULL),
    ('exp-1', 4, 't4', 'failed', '{"fast": 7}', [NULL, NULL], 0, [], 0, 0.125, 'fast, "slow" and
more'),
    ('exp-1', 5, 't5', 'finished', '{"fast": 8}', ['nan'::DOUBLE, -0.4], 0, ['nan'::DOUBLE, 1.0], 0, 0.5, NULL);

INSERT INTO run_params (run_id, key, value)
SELECT run_id, key, value
FROM (SELECT unnest(['t0', 't1', 't2', 't3', 't4', 't5', 'bt-base', 'bt-best', 'other']) AS run_id),
     (VALUES ('capital', '100000'), ('commission', '0.002'), ('slippage_bps', '3'), ('risk_free_rate', '0'), ('periods_per_year', '252'),
             ('warmup', '500'), ('stop_loss', '0.01'), ('param.fast', '5'), ('param.slow', '20'), ('direction', 'long'),
             ('in_sample', 'false'), ('from', '2025-01-01 00:00:00'), ('to', '2025-06-01 00:00:00')) AS told (key, value);
INSERT INTO run_params VALUES ('exp-1', 'long', repeat('x', 7000)), ('exp-1', 'a=b', '');

INSERT INTO run_metrics (run_id, split, step, key, value)
VALUES
    ('t0', 'valid', 0, 'sharpe', 1.0), ('t0', 'valid', 0, 'precision_long', 0.5), ('t0', 'valid', 0, 'hit_ratio', 0.5),
    ('t0', 'valid', 0, 'win_rate', 0.4), ('t0', 'valid', 0, 'n_trades', 60), ('t0', 'valid', 0, 'max_drawdown', -0.1),
    ('t2', 'valid', 0, 'sharpe', 2.0), ('t2', 'valid', 0, 'precision_long', 0.75), ('t2', 'valid', 0, 'hit_ratio', 0.6),
    ('t2', 'valid', 0, 'recall_long', 0.75), ('t2', 'valid', 0, 'f1_long', 0.75), ('t2', 'valid', 0, 'zeta', 9),
    ('t2', 'valid', 0, 'win_rate', 0.75), ('t2', 'valid', 0, 'n_trades', 4), ('t2', 'valid', 0, 'max_drawdown', -0.2),
    ('t2', 'valid', 0, 'sortino', NULL), ('t2', 'valid', 1, 'sharpe', 1.5), ('t2', 'valid', 2, 'sharpe', 2.5),
    ('t1', 'valid', 0, 'sharpe', 3.0), ('t5', 'valid', 0, 'max_drawdown', -0.4), ('t5', 'valid', 0, 'sharpe', 'nan'),
    ('bt-base', 'backtest', 0, 'sharpe', 0.5), ('bt-base', 'backtest', 0, 'n_trades', 55),
    ('bt-best', 'backtest', 0, 'sharpe', 0.25), ('bt-best', 'backtest', 0, 'n_trades', 51),
    ('other', 'backtest', 0, 'sharpe', 9.0);

-- Of the winner's four traces three LONG came true of four called and four there were, in four trades with three won.
INSERT INTO prediction_traces (trace_id, run_id, mode, ts, symbol, strategy, predicted_direction, actual_direction, entry_price,
                               exit_price, holding_period_minutes, realized_return_pct)
SELECT 'x' || n, 't2', 'backtest', TIMESTAMP '2024-02-01' + to_days(n), 'M&M', 'sma_cross', predicted, actual, 100, 101, 60, 1
FROM (VALUES (1, 'LONG', 'LONG'), (2, 'LONG', 'LONG'), (3, 'LONG', 'LONG'), (4, 'LONG', 'SHORT'), (5, 'NOOP', 'LONG')) AS t (n, predicted, actual);
INSERT INTO trades (run_id, trade_id, symbol, strategy, side, size, entry_ts, entry_price, exit_ts, exit_price, pnl, return_pct,
                    commission, slippage, exit_reason, bars_held, holding_minutes)
SELECT 't2', n, 'M&M', 'sma_cross', 'LONG', 1, TIMESTAMP '2024-02-01', 100, TIMESTAMP '2024-02-02', 101, CASE n WHEN 4 THEN -1 ELSE 1 END,
       1, 0, 0, 'signal', 1, 60
FROM range(1, 5) AS t (n);
-- A Sharpe ratio that the stored value is not (2.0): no interval may stand beside it. Of the test run it is.
INSERT INTO run_returns SELECT 't2', DATE '2024-02-01' + CAST(n AS INTEGER), CASE WHEN n % 2 = 0 THEN 0.02 ELSE -0.01 END FROM range(100) AS t (n);
INSERT INTO run_returns SELECT 'bt-best', DATE '2025-02-01' + CAST(n AS INTEGER), CASE WHEN n % 2 = 0 THEN 0.02 ELSE -0.01 END FROM range(100) AS t (n);
UPDATE run_metrics SET value = (
    SELECT sqrt(252) * avg("return") / stddev_samp("return") FROM run_returns WHERE run_id = 'bt-best')
WHERE run_id = 'bt-best' AND key = 'sharpe';

INSERT INTO experiment_luck (experiment_id, measure, value, detail)
VALUES ('exp-1', 'deflated_sharpe', 0.62, NULL), ('exp-1', 'pbo', 0.55, 'CSCV, 16 blocks'), ('exp-1', 'spa_p', NULL, 'too few trials'),
       ('exp-1', 'validation_sharpe', 2.0, NULL), ('exp-1', 'test_sharpe', 0.25, NULL), ('exp-1', 'sharpe_gap_p', 0.03, NULL),
       ('exp-1', 'test_searched', 0, NULL), ('exp-1', 'test_looks', 1, NULL);
