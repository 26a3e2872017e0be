-- New and corrected actions: symbol, first ex-date (days since 1970-01-01) among splits and among dividends.
SELECT
    s.symbol,
    min(s.ex_date) FILTER (s.split IS NOT NULL) - DATE '1970-01-01'     AS first_split,
    min(s.ex_date) FILTER (s.dividend IS NOT NULL) - DATE '1970-01-01'  AS first_dividend
FROM staged_actions AS s
LEFT JOIN corporate_actions AS a
    ON a.symbol = s.symbol AND a.ex_date = s.ex_date AND (a.split IS NULL) = (s.split IS NULL)
WHERE (a.split, a.dividend) IS DISTINCT FROM (s.split, s.dividend)
GROUP BY s.symbol
ORDER BY s.symbol
