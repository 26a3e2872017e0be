-- Times at which the account of a run was valued and none of its symbols has a bar any more. $1 run, $2 symbols joined by
-- line feeds, $3 interval.
SELECT count(*), epoch_us(min(e.ts))
FROM equity AS e
WHERE e.run_id = $1
  AND e.ts NOT IN (
      SELECT ts FROM bars WHERE interval = $3 AND symbol IN (SELECT unnest(string_split($2, chr(10))))
      UNION ALL
      SELECT ts FROM bars_revisions WHERE interval = $3 AND symbol IN (SELECT unnest(string_split($2, chr(10)))))
