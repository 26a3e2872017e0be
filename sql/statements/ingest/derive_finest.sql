-- Bar lengths of a symbol that came from outside. $1 symbol.
SELECT DISTINCT interval FROM bars WHERE symbol = $1 AND NOT ends_with(source, 'resample')
