-- about: Closed trades of a run, the newest first
-- params: run VARCHAR, symbol VARCHAR = NULL, limit BIGINT = 50
SELECT trade_id, symbol, side, size, entry_ts, entry_price, exit_ts, exit_price, gross_pnl, entry_commission, exit_commission, carry, pnl, return_pct, commission, slippage, exit_reason, holding_minutes
FROM trades
WHERE run_id = $run AND ($symbol IS NULL OR symbol = $symbol)
ORDER BY exit_ts DESC, trade_id DESC
LIMIT $limit
