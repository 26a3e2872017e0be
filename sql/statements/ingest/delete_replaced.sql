-- Makes room for the new values of bars that changed. $1 interval.
DELETE FROM bars b USING staged_changes c
WHERE c.is_stored AND b.symbol = c.symbol AND b.ts = c.ts AND b.interval = $1
