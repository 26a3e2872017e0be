-- Symbols with new or corrected actions.
SELECT DISTINCT s.symbol
FROM staged_actions AS s
LEFT JOIN corporate_actions AS a
    ON a.symbol = s.symbol AND a.ex_date = s.ex_date AND (a.split IS NULL) = (s.split IS NULL)
WHERE (a.split, a.dividend) IS DISTINCT FROM (s.split, s.dividend)
ORDER BY s.symbol
