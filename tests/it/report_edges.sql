-- Runs at the edges: one bar, an account below zero, nothing at all, a single class, curves without values.
INSERT INTO runs (run_id, kind, mode, status, started_at, code_version, model_id, strategy, interval, symbols) VALUES
    ('bt-once', 'backtest', 'backtest', 'finished', TIMESTAMP '2024-03-07', '0.1.0', NULL, 'sma_cross', '1d', ['AAA']),
    ('bt-broke', 'backtest', 'backtest', 'finished', TIMESTAMP '2024-03-07', '0.1.0', NULL, 'sma_cross', '1d', ['AAA']),
    ('bt-empty', 'backtest', 'backtest', 'running', TIMESTAMP '2024-03-07', '0.1.0', NULL, NULL, NULL, NULL),
    ('ev-single', 'evaluate', 'research', 'finished', TIMESTAMP '2024-03-07', '0.1.0', 'm-9', NULL, '1h', ['AAA']),
    ('tr-null', 'train', 'research', 'finished', TIMESTAMP '2024-03-07', '0.1.0', NULL, NULL, '1h', ['AAA']);
INSERT INTO equity VALUES
    ('bt-once', TIMESTAMP '2024-01-02', DATE '2024-01-02', 100000, 100000, 0, 100000),
    ('bt-broke', TIMESTAMP '2024-01-02', DATE '2024-01-02', 50000, 0, 50000, 100000),
    ('bt-broke', TIMESTAMP '2024-01-03', DATE '2024-01-03', -20000, -20000, 0, NULL),
    ('bt-broke', TIMESTAMP '2024-01-04', DATE '2024-01-04', -25000, -25000, 0, 120000);
INSERT INTO run_returns VALUES
    ('bt-once', DATE '2024-01-02', 0), ('bt-broke', DATE '2024-01-02', -0.5),
    ('bt-broke', DATE '2024-01-03', -1.4), ('bt-broke', DATE '2024-01-04', 0.25);
INSERT INTO trades (run_id, trade_id, symbol, strategy, side, size, entry_ts, entry_price, exit_ts, exit_price, pnl, return_pct, commission, slippage, exit_reason, bars_held, holding_minutes) VALUES
    ('bt-broke', 1, 'AAA', 'sma_cross', 'LONG', 1000, TIMESTAMP '2024-01-02', 100, TIMESTAMP '2024-01-03', 0.01, -99990, -99.99, 0, 0, 'stop_loss', 1, 1440);
INSERT INTO predictions (run_id, split, ts, close_ts, symbol, interval, model_id, probability, threshold, label)
SELECT 'ev-single', 'test', TIMESTAMP '2024-01-02' + to_hours(i), TIMESTAMP '2024-01-02' + to_hours(i + 1), 'AAA', '1h', 'm-9', 0.5, 0.9, 0
FROM range(5) AS hours(i);
INSERT INTO run_metrics VALUES ('tr-null', 'train', 1, 'loss', NULL), ('tr-null', 'valid', 1, 'loss', 0.7);
