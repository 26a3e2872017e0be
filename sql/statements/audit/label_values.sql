-- Labels of a set, each known once the bar of its exit has closed; what follows from the past of the decision as well
-- (`side`, and for some kinds all) stands beside what does not.
SELECT l.symbol, l.interval, epoch_us(l.ts) AS ts_us, epoch_us(x.close_ts) AS known_us, l.label, l.forward_return,
       l.entry_ts, l.exit_ts, l.barrier, l.side, l.weight
FROM labels l LEFT JOIN bars x ON x.symbol = l.symbol AND x.interval = l.interval AND x.ts = l.exit_ts
ORDER BY ALL
