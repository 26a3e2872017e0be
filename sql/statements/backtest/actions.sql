-- Splits and dividends that a holder meets: all of them on raw bars; on bars adjusted for splits dividends alone, on shares
-- as they are after every later split, as the prices are; none on bars that have both in their prices. Of one day
-- dividends come first, as they are on the share as it was before. $1 symbol, $2 interval.
WITH adjusted AS (
    SELECT
        coalesce(bool_or(adjustment = 'split'), FALSE) AS for_splits,
        coalesce(bool_or(adjustment = 'total'), FALSE) AS for_all
    FROM bars
    WHERE symbol = $1 AND interval = $2
)
SELECT
    a.ex_date - DATE '1970-01-01',
    CASE WHEN NOT adjusted.for_splits THEN a.split END AS split,
    -- A split of the same day comes after the dividend.
    a.dividend / CASE WHEN adjusted.for_splits THEN coalesce(later.ratio, 1) ELSE 1 END AS dividend
FROM corporate_actions AS a
CROSS JOIN adjusted
LEFT JOIN LATERAL (
    SELECT product(b.split) AS ratio
    FROM corporate_actions AS b
    WHERE b.symbol = $1 AND b.ex_date >= a.ex_date AND b.split > 0
) AS later ON TRUE
WHERE a.symbol = $1 AND NOT adjusted.for_all AND (a.dividend IS NOT NULL OR NOT adjusted.for_splits)
ORDER BY a.ex_date, dividend NULLS LAST, split
