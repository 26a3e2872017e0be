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
-- Amounts are added as whole numbers of 2^-50, as in run_performance: the same in whatever order threads come to them.
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
wholes AS (
    SELECT
        *,
        CASE WHEN abs(commission) < 1e15 THEN CAST(commission * 1125899906842624 AS HUGEINT) END             AS whole_commission,
        CASE WHEN abs(slippage) < 1e15 THEN CAST(slippage * 1125899906842624 AS HUGEINT) END                 AS whole_slippage,
        CASE WHEN abs(size * price) < 1e15 THEN CAST(size * price * 1125899906842624 AS HUGEINT) END         AS whole_value,
        CASE WHEN abs(size * ref_price) < 1e15 THEN CAST(size * ref_price * 1125899906842624 AS HUGEINT) END AS whole_reference
    FROM fills
),
executed AS (
    SELECT
        run_id,
        count(*)                                                    AS n_fills,
        count(*) FILTER (note = 'no_volume')                        AS n_fills_without_volume,
        CASE WHEN count(whole_commission) = count(*) AND count(whole_value) = count(*) THEN
            10000 * (sum(whole_commission) / nullif(sum(whole_value), 0))
        END                                                         AS commission_bps,
        CASE WHEN count(whole_slippage) = count(*) AND count(whole_reference) = count(*) THEN
            10000 * (sum(whole_slippage) / nullif(sum(whole_reference), 0))
        END                                                         AS slippage_bps,
        max(10000 * slippage / nullif(size * ref_price, 0))         AS worst_slippage_bps
    FROM wholes
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
