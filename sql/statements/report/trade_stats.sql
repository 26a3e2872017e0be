-- Trades by symbol and side, the busiest first.
SELECT
    symbol, side, n_trades, win_rate, profit_factor, total_pnl, expectancy, avg_holding_minutes,
    commission + slippage AS costs, gross_pnl
FROM trade_stats
WHERE run_id = $1
ORDER BY n_trades DESC, symbol, side
LIMIT 20
