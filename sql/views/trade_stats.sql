-- about: Closed trades of a run by symbol and side
-- grain: run_id, symbol, side
-- col run_id: Run
-- col symbol: Instrument
-- col side: LONG or SHORT
-- col currency: Currency of the amounts; NULL when unknown
-- col n_trades: Closed round trips
-- col n_wins: Trades with pnl > 0 after costs
-- col win_rate: n_wins / n_trades, a fraction
-- col profit_factor: Gross profit / gross loss; NULL when nothing was lost
-- col gross_pnl: Sum of gross_pnl, before commissions and carry, in currency; NULL when a trade is older than its column
-- col total_pnl: Sum of pnl, net of costs, in currency: gross_pnl - entry_commission - exit_commission + carry
-- col expectancy: Mean pnl of a trade, in currency
-- col avg_win: Mean pnl of winning trades, in currency; NULL when none won
-- col avg_loss: Mean pnl of losing trades, in currency <= 0; NULL when none lost
-- col best: Largest pnl, in currency
-- col worst: Smallest pnl, in currency
-- col avg_return: Mean of pnl / (size x entry price), a fraction
-- col avg_holding_minutes: Mean clock time from entry to exit, in minutes
-- col avg_bars_held: Mean bars from entry to exit
-- col commission: Sum of commissions, in currency
-- col entry_commission: Of it, what entries paid; NULL as gross_pnl is
-- col exit_commission: Of it, what exits paid; NULL as gross_pnl is
-- col carry: Dividends received less dividends and borrow paid, in currency; NULL as gross_pnl is
-- col slippage: Sum of slippage, already inside pnl, in currency
-- Amounts are added as whole numbers of 2^-50, as in run_performance: the same in whatever order threads come to them. Values
-- of 1e15 or more are out of their reach and leave the sums NULL.
WITH
wholes AS (
    SELECT
        *,
        CASE WHEN abs(pnl) < 1e15 THEN CAST(pnl * 1125899906842624 AS HUGEINT) END                           AS whole_pnl,
        CASE WHEN abs(return_pct) < 1e15 THEN CAST(return_pct * 1125899906842624 AS HUGEINT) END             AS whole_return,
        CASE WHEN abs(holding_minutes) < 1e15 THEN CAST(holding_minutes * 1125899906842624 AS HUGEINT) END   AS whole_minutes,
        CASE WHEN abs(commission) < 1e15 THEN CAST(commission * 1125899906842624 AS HUGEINT) END             AS whole_commission,
        CASE WHEN abs(slippage) < 1e15 THEN CAST(slippage * 1125899906842624 AS HUGEINT) END                 AS whole_slippage,
        CASE WHEN abs(gross_pnl) < 1e15 THEN CAST(gross_pnl * 1125899906842624 AS HUGEINT) END               AS whole_gross_pnl,
        CASE WHEN abs(entry_commission) < 1e15 THEN CAST(entry_commission * 1125899906842624 AS HUGEINT) END AS whole_entry_commission,
        CASE WHEN abs(exit_commission) < 1e15 THEN CAST(exit_commission * 1125899906842624 AS HUGEINT) END   AS whole_exit_commission,
        CASE WHEN abs(carry) < 1e15 THEN CAST(carry * 1125899906842624 AS HUGEINT) END                       AS whole_carry
    FROM trades
),
summed AS (
    SELECT
        run_id,
        symbol,
        side,
        count(*)                                                     AS n_trades,
        count(*) FILTER (pnl > 0)                                    AS n_wins,
        count(*) FILTER (pnl < 0)                                    AS n_losses,
        CASE WHEN count(whole_pnl) = count(*) THEN coalesce(sum(whole_pnl) FILTER (pnl > 0), 0) / 1125899906842624 END AS gross_profit,
        CASE WHEN count(whole_pnl) = count(*) THEN coalesce(sum(whole_pnl) FILTER (pnl < 0), 0) / 1125899906842624 END AS gross_loss,
        CASE WHEN count(whole_pnl) = count(*) THEN sum(whole_pnl) / 1125899906842624 END                     AS total_pnl,
        max(pnl)                                                     AS best,
        min(pnl)                                                     AS worst,
        sum(whole_return) / 1125899906842624 / count(whole_return)   AS avg_return_pct,
        sum(whole_minutes) / 1125899906842624 / count(whole_minutes) AS avg_holding_minutes,
        avg(bars_held)                                               AS avg_bars_held,
        CASE WHEN count(whole_commission) = count(*) THEN sum(whole_commission) / 1125899906842624 END       AS commission,
        CASE WHEN count(whole_slippage) = count(*) THEN sum(whole_slippage) / 1125899906842624 END           AS slippage,
        CASE WHEN count(whole_gross_pnl) = count(*) THEN sum(whole_gross_pnl) / 1125899906842624 END     AS gross_pnl,
        CASE WHEN count(whole_entry_commission) = count(*) THEN sum(whole_entry_commission) / 1125899906842624 END AS entry_commission,
        CASE WHEN count(whole_exit_commission) = count(*) THEN sum(whole_exit_commission) / 1125899906842624 END AS exit_commission,
        CASE WHEN count(whole_carry) = count(*) THEN sum(whole_carry) / 1125899906842624 END             AS carry
    FROM wholes
    GROUP BY run_id, symbol, side
)
SELECT
    t.run_id,
    t.symbol,
    t.side,
    i.currency,
    t.n_trades,
    t.n_wins,
    t.n_wins / t.n_trades                             AS win_rate,
    t.gross_profit / nullif(abs(t.gross_loss), 0)     AS profit_factor,
    t.gross_pnl,
    t.total_pnl,
    t.total_pnl / t.n_trades                          AS expectancy,
    t.gross_profit / nullif(t.n_wins, 0)              AS avg_win,
    t.gross_loss / nullif(t.n_losses, 0)              AS avg_loss,
    t.best,
    t.worst,
    t.avg_return_pct / 100                            AS avg_return,
    t.avg_holding_minutes,
    t.avg_bars_held,
    t.commission,
    t.entry_commission,
    t.exit_commission,
    t.carry,
    t.slippage
FROM summed AS t
LEFT JOIN (SELECT symbol, max(currency) AS currency FROM instruments GROUP BY symbol) AS i ON i.symbol = t.symbol
