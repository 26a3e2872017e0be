-- Periods of the names and symbols just merged that begin before an earlier one has ended.
SELECT name, symbol, "from" - DATE '1970-01-01'
FROM (
    SELECT
        name,
        symbol,
        "from",
        row_number() OVER in_pair                                    AS n,
        lag(coalesce("to", DATE '9999-12-31')) OVER in_pair >= "from" AS is_overlapping
    FROM universe AS u
    SEMI JOIN staged_members AS s ON s.name = u.name AND s.symbol = u.symbol
    WINDOW in_pair AS (PARTITION BY name, symbol ORDER BY "from")
)
WHERE is_overlapping
ORDER BY name, symbol, n
