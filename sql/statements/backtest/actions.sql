-- Splits and dividends that a holder meets: all of them on raw bars; on bars adjusted for splits dividends alone, on shares
-- as they are after every later split that the bars have met, as the prices are; none on bars that have both in their
-- prices. A series adjusted by this program has the actions of the one it was made from. Of one day dividends come first,
-- as they are on the share as it was before. $1 symbol, $2 interval.
WITH adjusted AS (
    SELECT
        coalesce(bool_or(adjustment = 'split'), FALSE)  AS for_splits,
        coalesce(bool_or(adjustment = 'total'), FALSE)  AS for_all,
        max(session_date)                               AS last_date
    FROM bars
    WHERE symbol = $1 AND interval = $2
),
actions AS (
    SELECT ex_date, split, dividend
    FROM corporate_actions
    WHERE symbol = coalesce((SELECT max(base_symbol) FROM instruments WHERE symbol = $1), $1)
)
SELECT
    a.ex_date - DATE '1970-01-01',
    CASE WHEN NOT adjusted.for_splits THEN a.split END AS split,
    -- A split of the same day comes after the dividend.
    a.dividend / CASE WHEN adjusted.for_splits THEN coalesce(later.ratio, 1) ELSE 1 END AS dividend
FROM actions AS a
CROSS JOIN adjusted
LEFT JOIN LATERAL (
    SELECT product(b.split) AS ratio
    FROM actions AS b
    WHERE b.ex_date >= a.ex_date AND b.ex_date <= adjusted.last_date AND b.split > 0
) AS later ON TRUE
WHERE NOT adjusted.for_all AND (a.dividend IS NOT NULL OR NOT adjusted.for_splits)
ORDER BY a.ex_date, dividend NULLS LAST, split
