-- about: Why the trades of a run ended, and what each reason earned a trade
-- params: run VARCHAR
SELECT
    exit_reason,
    side,
    count(*)                                AS n_trades,
    count(*) / sum(count(*)) OVER ()        AS share,
    count(*) FILTER (pnl > 0) / count(*)    AS win_rate,
    avg(return_pct) / 100                   AS avg_return,
    median(return_pct) / 100                AS median_return,
    avg(holding_minutes)                    AS avg_holding_minutes
FROM trades
WHERE run_id = $run
GROUP BY exit_reason, side
ORDER BY n_trades DESC, exit_reason, side
