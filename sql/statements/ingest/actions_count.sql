-- How many staged actions are new, different from the stored one of their kind, or the same.
SELECT
    count(*) FILTER (a.symbol IS NULL),
    count(*) FILTER (a.symbol IS NOT NULL AND (a.split, a.dividend) IS DISTINCT FROM (s.split, s.dividend)),
    count(*) FILTER (a.symbol IS NOT NULL AND (a.split, a.dividend) IS NOT DISTINCT FROM (s.split, s.dividend))
FROM staged_actions AS s
LEFT JOIN corporate_actions AS a
    ON a.symbol = s.symbol AND a.ex_date = s.ex_date AND (a.split IS NULL) = (s.split IS NULL)
