-- Splits and dividends that holders meet: all of them on raw bars; on bars adjusted for splits dividends alone, on shares
-- as they are after every later split that the bars have met, as the prices are; none on bars that have both in their
-- prices. A series adjusted by this program has the actions of the one it was made from. Of one day dividends come first,
-- as they are on the share as it was before. Bars of symbols without actions are not looked at.
-- $1 symbols joined by line feeds, $2 interval.
WITH wanted AS (
    SELECT w.symbol, coalesce(max(i.base_symbol), w.symbol) AS base
    FROM (SELECT unnest(string_split($1, chr(10))) AS symbol) AS w
    LEFT JOIN instruments AS i ON i.symbol = w.symbol
    GROUP BY w.symbol
),
actions AS (
    SELECT w.symbol, a.ex_date, a.split, a.dividend
    FROM corporate_actions AS a
    JOIN wanted AS w ON w.base = a.symbol
),
adjusted AS (
    SELECT
        symbol,
        coalesce(bool_or(adjustment = 'split'), FALSE)  AS for_splits,
        coalesce(bool_or(adjustment = 'total'), FALSE)  AS for_all,
        max(session_date)                               AS last_date
    FROM bars
    SEMI JOIN actions USING (symbol)
    WHERE interval = $2
    GROUP BY symbol
)
SELECT
    a.symbol,
    a.ex_date - DATE '1970-01-01',
    CASE WHEN NOT s.for_splits THEN a.split END AS split,
    -- A split of the same day comes after the dividend.
    a.dividend / CASE WHEN s.for_splits THEN coalesce(later.ratio, 1) ELSE 1 END AS dividend
FROM actions AS a
JOIN adjusted AS s ON s.symbol = a.symbol
LEFT JOIN LATERAL (
    SELECT product(b.split) AS ratio
    FROM actions AS b
    WHERE b.symbol = a.symbol AND b.ex_date >= a.ex_date AND b.ex_date <= s.last_date AND b.split > 0
) AS later ON TRUE
WHERE NOT s.for_all AND (a.dividend IS NOT NULL OR NOT s.for_splits)
ORDER BY a.symbol, a.ex_date, dividend NULLS LAST, split
