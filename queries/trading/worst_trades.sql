-- about: The trades of a run that lost most, with the share of all losses each one is
-- params: run VARCHAR, limit BIGINT = 10
WITH
losses AS (
    SELECT *, pnl / sum(pnl) OVER () AS share_of_losses
    FROM trades
    WHERE run_id = $run AND pnl < 0
)
SELECT trade_id, symbol, side, size, entry_ts, exit_ts, pnl, return_pct, share_of_losses, exit_reason
FROM losses
ORDER BY pnl, trade_id
LIMIT $limit
