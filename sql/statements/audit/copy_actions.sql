-- Corporate actions of a symbol.
SELECT symbol, ex_date, split, dividend, source, added_at FROM corporate_actions WHERE symbol = $1
