-- Makes room for corrected actions.
DELETE FROM corporate_actions AS a USING staged_actions AS s
WHERE a.symbol = s.symbol AND a.ex_date = s.ex_date AND (a.split IS NULL) = (s.split IS NULL)
    AND (a.split, a.dividend) IS DISTINCT FROM (s.split, s.dividend)
