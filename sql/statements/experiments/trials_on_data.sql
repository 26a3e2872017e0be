-- Trials ever run, pruned ones included, on any of the same symbols in an overlapping development period, whatever the
-- length of the bars. $1 symbols joined by line feeds, $2 first bar start, $3 end, in microseconds.
SELECT count(*)
FROM trials AS t
JOIN experiments AS e ON e.experiment_id = t.experiment_id
JOIN runs AS r ON r.run_id = e.experiment_id
WHERE t.trial > 0 AND t.state IN ('finished', 'pruned')
  AND list_has_any(r.symbols, string_split($1, chr(10)))
  AND e.dev_from < make_timestamp($3) AND e.test_from > make_timestamp($2)
