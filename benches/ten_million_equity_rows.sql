-- A thousand synthetic runs of ten thousand hourly equity rows each.
INSERT INTO runs (run_id, kind, mode, status, started_at, code_version)
SELECT 'run' || r, 'backtest', 'backtest', 'finished', TIMESTAMP '2024-01-01', 'bench' FROM range(1000) t(r);
INSERT INTO run_params
SELECT 'run' || r, key, value FROM range(1000) t(r),
    (VALUES ('capital', '100000'), ('risk_free_rate', '0.02'), ('periods_per_year', '252')) p(key, value);
INSERT INTO equity
SELECT 'run' || r, TIMESTAMP '2000-01-01' + INTERVAL 1 HOUR * n, DATE '2000-01-01' + CAST(n // 24 AS INTEGER),
       100000 + 50 * sqrt(n) + 500 * sin(n / 50.0 + r), 50000, 50000, 100000 + 40 * sqrt(n)
FROM range(1000) t(r), range(10000) s(n) ORDER BY r, n;
INSERT INTO run_returns
SELECT run_id, session_date, last_equity / coalesce(lag(last_equity) OVER (PARTITION BY run_id ORDER BY session_date), 100000) - 1
FROM (SELECT run_id, session_date, max_by(equity, ts) AS last_equity FROM equity GROUP BY ALL);
