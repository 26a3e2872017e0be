-- One run over several row groups of 122 880 rows, with amounts whose sums depend on the order in which they are added.
INSERT INTO runs (run_id, kind, mode, status, started_at, code_version, strategy, interval, symbols)
VALUES ('r', 'backtest', 'backtest', 'finished', TIMESTAMP '2024-01-01', '0', 's', '1m', ['A', 'B']);
INSERT INTO instruments (symbol, currency, asset_id, first_seen_at)
VALUES ('A', 'USD', 0, TIMESTAMP '2024-01-01'), ('B', 'USD', 1, TIMESTAMP '2024-01-01');
INSERT INTO run_params VALUES ('r', 'capital', '100000'), ('r', 'risk_free_rate', '0.02'), ('r', 'periods_per_year', '252');
INSERT INTO equity
SELECT 'r', TIMESTAMP '2000-01-01' + INTERVAL 1 MINUTE * n, DATE '2000-01-01' + CAST(n // 700 AS INTEGER),
       100000 + 7000 * sin(n / 900.0) + 900 * cos(n * 1.7), 50000, 40000 * (n % 3), 100000 + 40 * sqrt(n) + 1000 * sin(n * 0.7)
FROM range(300000) AS t(n);
INSERT INTO run_returns
SELECT run_id, session_date, last / coalesce(lag(last) OVER (ORDER BY session_date), 100000) - 1
FROM (SELECT run_id, session_date, max_by(equity, ts) AS last FROM equity GROUP BY ALL);
INSERT INTO trades (run_id, trade_id, symbol, strategy, side, size, entry_ts, entry_price, exit_ts, exit_price, pnl, return_pct, commission, slippage, exit_reason, bars_held, holding_minutes, gross_pnl, entry_commission, exit_commission, carry)
SELECT 'r', n, CASE n % 2 WHEN 0 THEN 'A' ELSE 'B' END, 's', CASE n % 3 WHEN 0 THEN 'SHORT' ELSE 'LONG' END, 1 + n % 7,
       TIMESTAMP '2000-01-01' + INTERVAL 1 MINUTE * n, 100, TIMESTAMP '2000-01-01' + INTERVAL 1 MINUTE * (n + 5), 101,
       sin(n * 1.1) * pow(10, n % 6), cos(n * 0.3) / 7, 0.1 + n % 10 / 3.0, abs(sin(n)) / 9, 'signal', 1 + n % 11, 5 + n % 13 / 7.0,
       sin(n * 1.1) * pow(10, n % 6) + n % 10 / 3.0, 0.1 + n % 4 / 3.0, n % 6 / 7.0, cos(n) / 3
FROM range(300000) AS t(n);
INSERT INTO fills
SELECT run_id, trade_id, symbol, CASE side WHEN 'LONG' THEN 'BUY' ELSE 'SELL' END, size, 100 + sin(trade_id) * 3, 100 + cos(trade_id) * 3,
       commission, slippage, entry_ts, NULL
FROM trades;
INSERT INTO prediction_traces (run_id, trace_id, mode, ts, symbol, strategy, model_id, predicted_direction, predicted_confidence,
                               actual_direction, entry_price, exit_price, holding_period_minutes, realized_return_pct, metadata)
SELECT run_id, 'r/' || trade_id, 'backtest', entry_ts, symbol, strategy, NULL, side, 0.5,
       CASE trade_id % 4 WHEN 0 THEN 'SHORT' WHEN 1 THEN 'NOOP' ELSE 'LONG' END, 100, 101, holding_minutes, return_pct, '{}'
FROM trades;
INSERT INTO predictions (run_id, split, model_id, symbol, interval, ts, close_ts, probability, threshold, label, forward_return)
SELECT 'r', 'test', 'm', CASE n % 2 WHEN 0 THEN 'A' ELSE 'B' END, '1m', TIMESTAMP '2000-01-01' + INTERVAL 1 MINUTE * n,
       TIMESTAMP '2000-01-01' + INTERVAL 1 MINUTE * (n + 1),
       round(0.5 + 0.49 * sin(n * 0.37), 4), 0.5, CAST(sin(n * 0.91) > 0.2 AS INTEGER), sin(n * 0.7) / 90
FROM range(130000) AS t(n);
