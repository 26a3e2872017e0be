-- Labels whose decision was known at a time, for the audit of what they look back at: the known time is the decision's.
SELECT l.symbol, l.interval, epoch_us(l.ts) AS ts_us, epoch_us(b.close_ts) AS known_us, l.entry_ts, l.label,
       l.forward_return, l.exit_ts, l.barrier
FROM labels l JOIN bars b ON b.symbol = l.symbol AND b.interval = l.interval AND b.ts = l.ts
ORDER BY ALL
