-- about: Who belongs to a universe, on a day or (without one) still today
-- params: name VARCHAR, as_of DATE = NULL
SELECT name, symbol, "from", "to", source
FROM universe
WHERE name = $name
    AND CASE WHEN $as_of IS NULL THEN "to" IS NULL ELSE $as_of BETWEEN "from" AND coalesce("to", DATE '9999-12-31') END
ORDER BY symbol
