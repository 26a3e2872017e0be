-- about: Trades of a run by symbol and side, amounts in each symbol's own currency
-- params: run VARCHAR, limit BIGINT = 50
SELECT
    symbol, side, currency, n_trades, win_rate, profit_factor, gross_pnl, entry_commission, exit_commission, carry, total_pnl,
    expectancy, avg_return, best, worst, avg_holding_minutes
FROM trade_stats
WHERE run_id = $run
ORDER BY n_trades DESC, symbol, side
LIMIT $limit
