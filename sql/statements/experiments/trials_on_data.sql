-- Trials ever run, pruned ones included, on bars of the same length of any of the same symbols in an overlapping
-- development period. $1 symbols joined by line feeds, $2 interval, $3 first bar start, $4 end, in microseconds.
SELECT count(*)
FROM trials AS t
JOIN experiments AS e ON e.experiment_id = t.experiment_id
JOIN runs AS r ON r.run_id = e.experiment_id
WHERE t.trial > 0 AND t.state IN ('finished', 'pruned')
  AND r.interval = $2 AND list_has_any(r.symbols, string_split($1, chr(10)))
  AND e.dev_from < make_timestamp($4) AND e.test_from > make_timestamp($3)
