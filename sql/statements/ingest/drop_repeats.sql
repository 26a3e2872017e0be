-- Of rows with the same symbol and stamp the last in the file stays.
DELETE FROM staged_bars s USING staged_bars later
WHERE s.symbol = later.symbol AND s.ts = later.ts AND s.line < later.line
