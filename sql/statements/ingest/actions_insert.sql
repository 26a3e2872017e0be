-- New and corrected actions. $1 source, $2 now.
INSERT INTO corporate_actions BY NAME
SELECT s.*, $1 AS source, make_timestamp($2) AS added_at
FROM staged_actions AS s
ANTI JOIN corporate_actions AS a
    ON a.symbol = s.symbol AND a.ex_date = s.ex_date AND (a.split IS NULL) = (s.split IS NULL)
ORDER BY s.symbol, s.ex_date
