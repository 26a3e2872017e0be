-- A small store with something of everything, the same on every machine: five runs (a random walk traded hourly, one
-- that never traded, one on weekends without stored settings, a backtest of a model, a training run), labelled
-- predictions with ties and with a single class, traces, bars with a gap, refused and replaced rows.

-- Between 0 and 1, the same for the same number.
CREATE TEMP MACRO noise(i) AS (sin(i * 12.9898) * 43758.5453) - floor(sin(i * 12.9898) * 43758.5453);

INSERT INTO instruments (symbol, currency, asset_id, first_seen_at) VALUES
    ('AAA', 'USD', 0, TIMESTAMP '2024-01-01'),
    ('BBB', 'USD', 1, TIMESTAMP '2024-01-01'),
    ('CCC', 'INR', 2, TIMESTAMP '2024-01-01');

-- Weekday sessions of seven hourly bars from 14:00 UTC, two years of them.
CREATE TEMP TABLE hours AS
SELECT row_number() OVER (ORDER BY d, h) - 1 AS i, CAST(d AS DATE) AS session_date, CAST(d AS TIMESTAMP) + to_hours(CAST(14 + h AS BIGINT)) AS ts
FROM range(TIMESTAMP '2022-01-03', TIMESTAMP '2024-01-03', INTERVAL 1 DAY) AS days(d), range(7) AS hours(h)
WHERE isodow(d) < 6;

INSERT INTO bars
SELECT s.symbol, '1h', h.ts, h.ts + INTERVAL 1 HOUR, h.session_date, 100, 101 + noise(h.i), 98, 100.5,
       CASE WHEN h.i % 50 = 0 THEN NULL ELSE 1000 * noise(h.i + 7) END, NULL, 'raw', CASE s.symbol WHEN 'BBB' THEN 'synthetic' ELSE 'csv' END,
       TIMESTAMP '2024-02-01'
FROM hours AS h, (VALUES ('AAA'), ('BBB')) AS s(symbol)
WHERE h.i NOT IN (10, 11);
INSERT INTO bars_revisions
SELECT *, TIMESTAMP '2024-02-02' FROM bars WHERE symbol = 'AAA' LIMIT 3;
INSERT INTO bars_rejected VALUES
    ('ing-1', 'a.csv', 7, 'AAA', '1h', 'x,y', 'unparsable', 'no number', TIMESTAMP '2024-02-01'),
    ('ing-1', 'a.csv', 9, 'DDD', '1h', '1,0', 'non_positive_price', NULL, TIMESTAMP '2024-02-01');
INSERT INTO ingest_log VALUES
    ('ing-1', 'a.csv', 'ab12', 1000, ['AAA', 'BBB'], '1h', 100, 98, 0, 0, 2, TIMESTAMP '2024-02-01');
INSERT INTO labels (label_set, symbol, interval, ts, label, forward_return, entry_ts, exit_ts, barrier)
SELECT 'tb_5_2_8', 'AAA', '1h', ts, CAST(noise(i) > 0.7 AS INTEGER), noise(i + 1) / 10 - 0.05, ts, ts, 'horizon' FROM hours;

INSERT INTO runs (run_id, parent_run_id, kind, mode, name, status, started_at, code_version, model_id, strategy, interval, symbols) VALUES
    ('bt-walk', NULL, 'backtest', 'backtest', 'walk', 'finished', TIMESTAMP '2024-03-01', '0.1.0', NULL, 'sma_cross', '1h', ['AAA', 'BBB']),
    ('bt-flat', NULL, 'backtest', 'backtest', NULL, 'finished', TIMESTAMP '2024-03-02', '0.1.0', NULL, 'sma_cross', '1d', ['CCC']),
    ('bt-week', NULL, 'backtest', 'backtest', NULL, 'finished', TIMESTAMP '2024-03-03', '0.1.0', NULL, 'sma_cross', '1d', ['AAA', 'CCC']),
    ('tr-one', NULL, 'train', 'research', 'm', 'finished', TIMESTAMP '2024-03-04', '0.1.0', 'm-1', NULL, '1h', ['AAA', 'BBB']),
    ('bt-model', 'tr-one', 'backtest', 'backtest', NULL, 'finished', TIMESTAMP '2024-03-05', '0.1.0', 'm-1', 'model', '1h', ['AAA']);
INSERT INTO run_params VALUES
    ('bt-walk', 'capital', '50000'), ('bt-walk', 'risk_free_rate', '0.03'), ('bt-walk', 'periods_per_year', '252'),
    ('bt-flat', 'capital', '100000'), ('bt-flat', 'risk_free_rate', '0.02'), ('bt-flat', 'periods_per_year', '250'),
    ('bt-model', 'capital', '100000'), ('bt-model', 'risk_free_rate', '0.0'), ('bt-model', 'periods_per_year', '252');
INSERT INTO models VALUES
    ('m-1', 'm', 1, 'logistic', 'tr-one', 'cd34', '{}', '\x00'::BLOB, TIMESTAMP '2024-03-04'),
    ('m-2', 'm', 2, 'logistic', 'tr-gone', 'ef56', '{}', '\x00'::BLOB, TIMESTAMP '2024-03-06');

-- Random walks of equity and benchmark; bt-model starts its own.
INSERT INTO equity
SELECT run_id, ts, session_date, capital * exp(sum(step) OVER walk), capital / 2,
       CASE WHEN noise(i + 5) > 0.4 THEN capital / 2 ELSE 0 END, capital * exp(sum(held) OVER walk)
FROM (
    SELECT 'bt-walk' AS run_id, 50000.0 AS capital, i, ts, session_date, (noise(i) - 0.49) / 50 AS step, (noise(i + 0.5) - 0.49) / 60 AS held FROM hours
    UNION ALL
    SELECT 'bt-model', 100000.0, i, ts, session_date, (noise(i + 0.25) - 0.5) / 80, (noise(i + 0.75) - 0.5) / 70 FROM hours WHERE i < 900
)
WINDOW walk AS (PARTITION BY run_id ORDER BY ts ROWS UNBOUNDED PRECEDING);
INSERT INTO equity
SELECT 'bt-flat', ts, session_date, 100000, 100000, 0, NULL FROM hours WHERE i % 7 = 0 AND i < 100;
INSERT INTO equity
SELECT 'bt-week', d, CAST(d AS DATE), 100000 * (1 + noise(epoch(d)) / 100), 50000, 50000, 100000 * (1 + noise(epoch(d) + 1) / 100)
FROM range(TIMESTAMP '2024-01-01', TIMESTAMP '2024-03-01', INTERVAL 1 DAY) AS days(d);
INSERT INTO run_returns
SELECT run_id, session_date, equity / lag(equity, 1, CASE run_id WHEN 'bt-walk' THEN 50000 ELSE 100000 END) OVER (PARTITION BY run_id ORDER BY session_date) - 1
FROM (SELECT run_id, session_date, arg_max(equity, ts) AS equity FROM equity GROUP BY run_id, session_date);

INSERT INTO trades (run_id, trade_id, symbol, strategy, side, size, entry_ts, entry_price, exit_ts, exit_price, pnl, return_pct, commission, slippage, exit_reason, bars_held, holding_minutes)
SELECT run_id, i + 1, CASE WHEN noise(i + 0.1) < 0.5 THEN 'AAA' ELSE 'BBB' END, strategy, CASE WHEN noise(i + 0.2) < 0.7 THEN 'LONG' ELSE 'SHORT' END,
       10 + floor(noise(i + 0.3) * 90), entry_ts, 100, entry_ts + INTERVAL 3 HOUR, 100 + 4 * (noise(i + 0.4) - 0.48), 900 * (noise(i + 0.5) - 0.48),
       3 * (noise(i + 0.5) - 0.48), 1.5, 0.5, CASE WHEN noise(i + 0.6) < 0.2 THEN 'stop_loss' ELSE 'signal' END, 3, 180
FROM (
    SELECT 'bt-walk' AS run_id, 'sma_cross' AS strategy, row_number() OVER (ORDER BY ts) - 1 AS i, ts AS entry_ts FROM hours WHERE i % 20 = 3
    UNION ALL
    SELECT 'bt-model', 'model', row_number() OVER (ORDER BY ts) + 999, ts FROM hours WHERE i % 20 = 5 AND i < 900
);
INSERT INTO fills
SELECT run_id, 2 * trade_id - 1, symbol, CASE side WHEN 'LONG' THEN 'BUY' ELSE 'SELL' END, size, entry_price, entry_price * 0.9999, 0.75, 0.25, entry_ts, NULL FROM trades
UNION ALL
SELECT run_id, 2 * trade_id, symbol, CASE side WHEN 'LONG' THEN 'SELL' ELSE 'BUY' END, size, exit_price, exit_price * 1.0001, 0.75, 0.25, exit_ts, NULL FROM trades;
INSERT INTO orders
SELECT run_id, order_id, symbol, 'sma_cross', side, size, 'market', ts, 'filled', NULL FROM fills
UNION ALL
SELECT 'bt-walk', 100000 + i, 'AAA', 'sma_cross', 'BUY', 1, 'market', ts, 'refused', 'not enough cash' FROM hours WHERE i < 5;

INSERT INTO prediction_traces
SELECT run_id || '/' || trade_id, run_id, 'backtest', entry_ts, symbol, strategy, CASE strategy WHEN 'model' THEN 'm-1' END, side, noise(trade_id),
       CASE WHEN noise(trade_id + 0.7) < 0.5 THEN side WHEN noise(trade_id + 0.7) < 0.8 THEN 'NOOP' ELSE CASE side WHEN 'LONG' THEN 'SHORT' ELSE 'LONG' END END,
       entry_price, exit_price, holding_minutes, return_pct, NULL, NULL
FROM trades;

-- Probabilities in steps of 0.01, so that many are equal; the backtest split knows one label only.
INSERT INTO predictions
SELECT run_id, split, ts, ts + INTERVAL 1 HOUR, symbol, '1h', 'm-1', probability, 0.5,
       CASE WHEN probability >= 0.5 THEN 'LONG' ELSE 'NOOP' END, NULL, CASE WHEN probability >= 0.5 THEN 'LONG' ELSE 'NOOP' END, 'model',
       abs(2 * probability - 1), 0.1,
       CASE WHEN split = 'backtest' THEN 0 WHEN i % 97 = 0 THEN NULL ELSE CAST(noise(i + 0.9) < 0.2 + probability / 2 AS INTEGER) END,
       CASE WHEN i % 89 = 0 THEN NULL ELSE (noise(i + 0.35) - 0.5) / 10 + (probability - 0.5) / 30 END,
       NULL
FROM (
    SELECT 'tr-one' AS run_id, CASE WHEN i < 900 THEN 'train' WHEN i < 1800 THEN 'valid' ELSE 'test' END AS split, i, ts,
           s.symbol, round(noise(i + s.k), 2) AS probability
    FROM hours, (VALUES ('AAA', 0.15), ('BBB', 0.45)) AS s(symbol, k)
    UNION ALL
    SELECT 'bt-model', 'backtest', i, ts, 'AAA', round(noise(i + 0.65), 2) FROM hours WHERE i < 200
);

INSERT INTO run_metrics
SELECT run_id, 'backtest', 0, key, value
FROM (UNPIVOT (SELECT run_id, sharpe, total_return, max_drawdown, benchmark_return, CAST(n_trades AS DOUBLE) AS n_trades FROM run_performance)
      ON sharpe, total_return, max_drawdown, benchmark_return, n_trades INTO NAME key VALUE value);
INSERT INTO run_metrics
SELECT run_id, split, 0, key, value
FROM (UNPIVOT (SELECT run_id, split, accuracy, roc_auc, CAST(n AS DOUBLE) AS n FROM classifier_metrics WHERE split <> 'backtest')
      ON accuracy, roc_auc, n INTO NAME key VALUE value);
INSERT INTO run_metrics SELECT 'tr-one', 'valid', i, 'log_loss', 0.7 - i / 100 FROM range(1, 6) AS epochs(i);
INSERT INTO montecarlo VALUES
    ('mc-1', 'bt-walk', TIMESTAMP '2024-03-07', '0.1.0', 1, 'returns', 'bootstrap', 522, 1000, NULL, 'total_return', 0.1, 0.11, -0.3, -0.25, 0.0, 0.1, 0.2, 0.5, 0.6, 0.5, 0.25);
-- A universe that bears the name tests give to parameters of research queries.
INSERT INTO universe VALUES ('tr-one', 'AAA', DATE '2020-01-01', NULL, 'made up', TIMESTAMP '2024-01-01');
-- A campaign of three cells: two of them the backtests above, one that failed.
INSERT INTO runs (run_id, kind, mode, name, status, started_at, code_version, strategy, interval, symbols, error) VALUES
    ('cp-one', 'campaign', 'backtest', 'trend', 'failed', TIMESTAMP '2024-03-08', '0.1.0', 'sma_cross,m@1', '1h', ['AAA', 'BBB'], '1 of 3 cells are not finished');
INSERT INTO campaign_cells VALUES
    ('cp-one', 1, 'sma_cross', NULL, ['AAA', 'BBB'], '2022', TIMESTAMP '2022-01-03', TIMESTAMP '2023-01-01', 'finished', 'bt-walk', NULL, 0.5),
    ('cp-one', 2, 'm@1', 'm-1', ['AAA'], '2022', TIMESTAMP '2022-01-03', TIMESTAMP '2023-01-01', 'finished', 'bt-model', NULL, 0.7),
    ('cp-one', 3, 'sma_cross', NULL, ['BBB'], '2023', TIMESTAMP '2023-01-01', TIMESTAMP '2024-01-03', 'failed', NULL, 'no bars', 0.1);

-- An experiment of two objectives, Sharpe ratio up and log-loss down: twelve trials, of which one was pruned, one failed and one
-- missed a constraint, and a look at the test period.
INSERT INTO runs (run_id, parent_run_id, kind, mode, name, status, started_at, ended_at, seed, code_version, strategy, interval, symbols) VALUES
    ('ex-one', NULL, 'experiment', 'research', 'search', 'finished', TIMESTAMP '2024-02-28', TIMESTAMP '2024-02-29', 1, '0.1.0', 'sma_cross', '1h', ['AAA', 'BBB']);
INSERT INTO runs (run_id, parent_run_id, kind, mode, name, status, started_at, seed, code_version, strategy, interval, symbols, error)
SELECT 'ex-one-' || i, 'ex-one', 'trial', 'backtest', 'search/' || i, CASE i WHEN 4 THEN 'failed' WHEN 5 THEN 'pruned' ELSE 'finished' END, TIMESTAMP '2024-02-28', i, '0.1.0', 'sma_cross', '1h',
       ['AAA', 'BBB'], CASE i WHEN 4 THEN 'no trade' END
FROM range(13) AS r(i);
INSERT INTO experiments VALUES
    ('ex-one', 'search', 'strategy', 'name = "search"', 'ab', ['sharpe', 'log_loss'], ['maximise', 'minimise'], 'tpe', 'median', 'walk_forward', 2, 12,
     TIMESTAMP '2022-01-03', TIMESTAMP '2023-07-03', TIMESTAMP '2024-01-03', 7, 'bt-walk', 'bt-model', NULL, TIMESTAMP '2024-03-10');
INSERT INTO trials (experiment_id, trial, run_id, state, params, scores, violation, steps, n_kept, seconds, error)
SELECT 'ex-one', i, 'ex-one-' || i, CASE i WHEN 4 THEN 'failed' WHEN 5 THEN 'pruned' ELSE 'finished' END,
       '{"fast": ' || (5 + i) || ', "slow": ' || (20 + 3 * i) || '}', CASE i WHEN 4 THEN [NULL, NULL] ELSE [noise(i), noise(i + 0.5)] END,
       CASE i WHEN 6 THEN 0.5 ELSE 0 END, CASE i WHEN 4 THEN [] ELSE [noise(i)] END, 0, 0.5, CASE i WHEN 4 THEN 'no trade' END
FROM range(13) AS r(i);
INSERT INTO run_metrics
SELECT 'ex-one-' || i, 'valid', 0, unnest(['sharpe', 'total_return', 'max_drawdown', 'n_trades', 'win_rate', 'turnover']),
       unnest([noise(i), noise(i) / 10, -noise(i + 2) / 5, i, 0.5, 12])
FROM range(13) AS r(i) WHERE i <> 4;
INSERT INTO run_returns
SELECT 'ex-one-' || i, d, noise(i * 1000 + epoch(d) / 86400) / 50 - 0.0099 FROM range(13) AS r(i), (SELECT DISTINCT session_date AS d FROM hours WHERE i < 2000) WHERE i <> 4;
INSERT INTO experiment_folds VALUES
    ('ex-one', 1, 'train', TIMESTAMP '2022-01-03', TIMESTAMP '2022-07-01', 120, 800, 4), ('ex-one', 1, 'valid', TIMESTAMP '2022-07-01', TIMESTAMP '2023-01-02', 130, 900, 0);
INSERT INTO experiment_paths SELECT 'ex-one', 1, d, 7, noise(epoch(d) / 86400) / 50 - 0.0099 FROM (SELECT DISTINCT session_date AS d FROM hours WHERE i < 2000);
INSERT INTO experiment_luck VALUES
    ('ex-one', 'deflated_sharpe', 0.41, 'of 12 trials'), ('ex-one', 'pbo', 0.5, '2 combinations'), ('ex-one', 'spa_p', 0.3, NULL), ('ex-one', 'test_searched', 0, NULL), ('ex-one', 'sharpe_gap_p', NULL, 'too short');
INSERT INTO experiment_splits VALUES ('ex-one', 1, 7, 0.1, -0.02, -0.7), ('ex-one', 2, 3, 0.09, 0.05, 0.4);
INSERT INTO experiment_importance VALUES ('ex-one', 'sharpe', 'fast', 0.6, 0.1, 0.75, 0.4), ('ex-one', 'sharpe', 'slow', 0.2, 0.1, 0.25, 0.4);
INSERT INTO experiment_thresholds VALUES ('ex-one', 'sharpe', 'at_least', 0.1, 0.6, 0.5, 0.425, 10);
