-- Splits and dividends that holders of some series meet: all of them on raw bars; on bars adjusted for splits dividends
-- alone, on shares as they are after every later split that the bars have met, as the prices are; none on bars that have
-- both in their prices. A series adjusted by this program has the actions of the one it was made from. $1 symbols and
-- $2 intervals side by side, each joined by line feeds; $3 how many.
WITH
wanted AS (
    SELECT
        unnest(string_split($1, chr(10)))       AS symbol,
        unnest(string_split($2, chr(10)))       AS interval,
        unnest(range(CAST($3 AS BIGINT)))       AS n
),
acting AS (
    SELECT w.n, w.symbol, w.interval, coalesce(max(i.base_symbol), w.symbol) AS base
    FROM wanted AS w
    LEFT JOIN instruments AS i ON i.symbol = w.symbol
    GROUP BY w.n, w.symbol, w.interval
),
actions AS (
    SELECT w.n, a.ex_date, a.split, a.dividend
    FROM acting AS w
    JOIN corporate_actions AS a ON a.symbol = w.base
),
adjusted AS (
    SELECT
        w.n,
        bool_or(b.adjustment = 'split')     AS for_splits,
        bool_or(b.adjustment = 'total')     AS for_all,
        max(b.session_date)                 AS last_date
    FROM acting AS w
    JOIN bars AS b ON b.symbol = w.symbol AND b.interval = w.interval
    WHERE w.n IN (SELECT n FROM actions)
    GROUP BY w.n
),
later AS (
    -- A split of the same day comes after the dividend.
    SELECT a.n, a.ex_date, product(s.split) AS ratio
    FROM (SELECT n, ex_date FROM actions WHERE dividend IS NOT NULL) AS a
    JOIN adjusted AS d ON d.n = a.n AND d.for_splits
    JOIN (SELECT n, ex_date, split FROM actions WHERE split > 0) AS s
        ON s.n = a.n AND s.ex_date >= a.ex_date AND s.ex_date <= d.last_date
    GROUP BY a.n, a.ex_date
)
SELECT
    a.n,
    CAST(a.ex_date - DATE '1970-01-01' AS BIGINT)                                   AS day,
    CASE WHEN NOT coalesce(d.for_splits, FALSE) AND a.split > 0 THEN a.split END    AS split,
    a.dividend / coalesce(l.ratio, 1)                                               AS dividend
FROM actions AS a
LEFT JOIN adjusted AS d ON d.n = a.n
LEFT JOIN later AS l ON l.n = a.n AND l.ex_date = a.ex_date
WHERE NOT coalesce(d.for_all, FALSE)
ORDER BY a.n, day, dividend NULLS LAST, split
