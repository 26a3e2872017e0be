-- about: What trading cost each run: gross and net profit, fees by side, basis points a trade, share of the capital
-- params: run VARCHAR = NULL, limit BIGINT = 20
-- Sums of trade_stats in one order, so that they are the same every time; amounts of several currencies are not summed.
WITH
settled AS (
    SELECT
        t.run_id,
        CASE WHEN count(*) = count(t.gross_pnl) THEN list_sum(list(t.gross_pnl ORDER BY t.symbol, t.side)) END AS gross_pnl,
        CASE WHEN count(*) = count(t.entry_commission) THEN list_sum(list(t.entry_commission ORDER BY t.symbol, t.side)) END AS entry_commission,
        CASE WHEN count(*) = count(t.exit_commission) THEN list_sum(list(t.exit_commission ORDER BY t.symbol, t.side)) END AS exit_commission,
        CASE WHEN count(*) = count(t.carry) THEN list_sum(list(t.carry ORDER BY t.symbol, t.side)) END AS carry,
        CASE WHEN count(*) = count(t.total_pnl) THEN list_sum(list(t.total_pnl ORDER BY t.symbol, t.side)) END AS net_pnl
    FROM trade_stats AS t
    JOIN run_currency AS m ON m.run_id = t.run_id AND m.currency IS DISTINCT FROM 'mixed'
    WHERE $run IS NULL OR t.run_id = $run
    GROUP BY t.run_id
)
SELECT
    p.run_id,
    e.n_fills,
    e.n_fills_without_volume,
    p.currency,
    s.gross_pnl,
    s.entry_commission,
    s.exit_commission,
    s.carry,
    s.net_pnl,
    e.commission_bps,
    e.slippage_bps,
    e.worst_slippage_bps,
    p.turnover,
    p.cost_drag,
    p.total_return,
    p.total_return + p.cost_drag AS return_before_costs
FROM run_performance AS p
JOIN execution_quality AS e ON e.run_id = p.run_id
LEFT JOIN settled AS s ON s.run_id = p.run_id
WHERE $run IS NULL OR p.run_id = $run
ORDER BY p.cost_drag DESC, p.run_id
LIMIT $limit
