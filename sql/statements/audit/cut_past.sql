-- A shorter history: bars from a time on ($1, microseconds).
INSERT INTO bars FROM audit_bars WHERE epoch_us(ts) >= $1
