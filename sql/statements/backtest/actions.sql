-- Splits and dividends that a holder of raw bars meets: none where the bars of the series are adjusted already. Of one day
-- dividends come first, as they are on the share as it was before. $1 symbol, $2 interval.
SELECT ex_date - DATE '1970-01-01', split, dividend
FROM corporate_actions
WHERE symbol = $1
  AND NOT EXISTS (SELECT 1 FROM bars AS b WHERE b.symbol = $1 AND b.interval = $2 AND b.adjustment <> 'raw')
ORDER BY ex_date, dividend NULLS LAST, split
