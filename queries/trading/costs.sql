-- about: What trading cost each run: basis points a trade, share of the capital, return before costs
-- params: run VARCHAR = NULL, limit BIGINT = 20
SELECT
    p.run_id,
    e.n_fills,
    e.n_fills_without_volume,
    e.commission_bps,
    e.slippage_bps,
    e.worst_slippage_bps,
    p.turnover,
    p.cost_drag,
    p.total_return,
    p.total_return + p.cost_drag AS return_before_costs
FROM run_performance AS p
JOIN execution_quality AS e ON e.run_id = p.run_id
WHERE $run IS NULL OR p.run_id = $run
ORDER BY p.cost_drag DESC, p.run_id
LIMIT $limit
