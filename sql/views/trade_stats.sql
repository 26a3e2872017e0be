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
-- col total_pnl: Sum of pnl, net of costs, in currency
-- col expectancy: Mean pnl of a trade, in currency
-- col avg_win: Mean pnl of winning trades, in currency; NULL when none won
-- col avg_loss: Mean pnl of losing trades, in currency <= 0; NULL when none lost
-- col best: Largest pnl, in currency
-- col worst: Smallest pnl, in currency
-- col avg_return: Mean of pnl / (size x entry price), a fraction
-- col avg_holding_minutes: Mean clock time from entry to exit, in minutes
-- col avg_bars_held: Mean bars from entry to exit
-- col commission: Sum of commissions, in currency
-- col slippage: Sum of slippage, already inside pnl, in currency
SELECT
    t.run_id,
    t.symbol,
    t.side,
    max(i.currency)                                                     AS currency,
    count(*)                                                            AS n_trades,
    count(*) FILTER (t.pnl > 0)                                         AS n_wins,
    count(*) FILTER (t.pnl > 0) / count(*)                              AS win_rate,
    coalesce(sum(t.pnl) FILTER (t.pnl > 0), 0) / -(sum(t.pnl) FILTER (t.pnl < 0)) AS profit_factor,
    sum(t.pnl)                                                          AS total_pnl,
    avg(t.pnl)                                                          AS expectancy,
    avg(t.pnl) FILTER (t.pnl > 0)                                       AS avg_win,
    avg(t.pnl) FILTER (t.pnl < 0)                                       AS avg_loss,
    max(t.pnl)                                                          AS best,
    min(t.pnl)                                                          AS worst,
    avg(t.return_pct) / 100                                             AS avg_return,
    avg(t.holding_minutes)                                              AS avg_holding_minutes,
    avg(t.bars_held)                                                    AS avg_bars_held,
    sum(t.commission)                                                   AS commission,
    sum(t.slippage)                                                     AS slippage
FROM trades AS t
LEFT JOIN instruments AS i ON i.symbol = t.symbol
GROUP BY t.run_id, t.symbol, t.side
