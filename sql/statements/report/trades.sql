-- The first and the last twenty trades.
SELECT
    trade_id, symbol, side, size, entry_ts, entry_price, exit_ts, exit_price, pnl, return_pct, exit_reason,
    holding_minutes, count(*) OVER () AS n_trades
FROM trades
WHERE run_id = $1
QUALIFY row_number() OVER (ORDER BY trade_id) <= 20 OR row_number() OVER (ORDER BY trade_id DESC) <= 20
ORDER BY trade_id
