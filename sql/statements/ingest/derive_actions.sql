-- How many splits and dividends of a symbol are known. $1 symbol.
SELECT count(split), count(dividend) FROM corporate_actions WHERE symbol = $1
