-- Keeps the actions that are about to be corrected as they were. $1 now.
INSERT INTO corporate_actions_revisions BY NAME
SELECT a.*, make_timestamp($1) AS replaced_at
FROM corporate_actions AS a
SEMI JOIN staged_actions AS s
    ON a.symbol = s.symbol AND a.ex_date = s.ex_date AND (a.split IS NULL) = (s.split IS NULL)
    AND (a.split, a.dividend) IS DISTINCT FROM (s.split, s.dividend)
