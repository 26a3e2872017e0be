-- Times at which bars became known, each once.
SELECT DISTINCT epoch_us(close_ts) FROM audit_bars ORDER BY ALL
