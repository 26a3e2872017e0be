-- about: What trading cost a run, and the orders that were not filled
-- grain: run_id
-- col run_id: Run
-- col n_orders: Orders, refused ones included
-- col n_filled: Orders filled
-- col n_refused: Orders refused by risk, cash or venue rules
-- col n_expired: Orders that never found a bar to fill in
-- col refused_share: n_refused / n_orders, a fraction; NULL without orders
-- col n_fills: Executions
-- col n_fills_without_volume: Executions in bars whose volume is 0: nothing traded at their prices
-- col commission_bps: Commission per value traded, in basis points; NULL without fills
-- col slippage_bps: Slippage per value traded at reference prices, in basis points; NULL without fills
-- col worst_slippage_bps: Largest slippage of one execution, in basis points; NULL without fills
WITH
asked AS (
    SELECT
        run_id,
        count(*)                               AS n_orders,
        count(*) FILTER (status = 'filled')    AS n_filled,
        count(*) FILTER (status = 'refused')   AS n_refused,
        count(*) FILTER (status = 'expired')   AS n_expired
    FROM orders
    GROUP BY run_id
),
executed AS (
    SELECT
        run_id,
        count(*)                                                    AS n_fills,
        count(*) FILTER (note = 'no_volume')                        AS n_fills_without_volume,
        10000 * sum(commission) / nullif(sum(size * price), 0)      AS commission_bps,
        10000 * sum(slippage) / nullif(sum(size * ref_price), 0)    AS slippage_bps,
        max(10000 * slippage / nullif(size * ref_price, 0))         AS worst_slippage_bps
    FROM fills
    GROUP BY run_id
)
SELECT
    run_id,
    coalesce(a.n_orders, 0)   AS n_orders,
    coalesce(a.n_filled, 0)   AS n_filled,
    coalesce(a.n_refused, 0)  AS n_refused,
    coalesce(a.n_expired, 0)  AS n_expired,
    a.n_refused / a.n_orders  AS refused_share,
    coalesce(e.n_fills, 0)    AS n_fills,
    coalesce(e.n_fills_without_volume, 0) AS n_fills_without_volume,
    e.commission_bps,
    e.slippage_bps,
    e.worst_slippage_bps
FROM asked AS a
FULL JOIN executed AS e USING (run_id)
