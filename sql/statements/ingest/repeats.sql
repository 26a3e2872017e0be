-- Rows that a later one of the file replaces: symbol, line, line that is kept, both last prices.
SELECT s.symbol, s.line, k.line, s.close, k.close
FROM staged_bars s
JOIN (SELECT symbol, ts, max(line) AS line, arg_max(close, line) AS close
      FROM staged_bars GROUP BY symbol, ts HAVING count(*) > 1) k
  ON k.symbol = s.symbol AND k.ts = s.ts AND s.line < k.line
ORDER BY s.line
