-- Corporate actions as they held at a time: those of then, corrected since or not. $1 the time.
SELECT symbol, ex_date, split, dividend, source, added_at
FROM corporate_actions
WHERE added_at <= make_timestamp($1)
UNION ALL
SELECT symbol, ex_date, split, dividend, source, added_at
FROM corporate_actions_revisions
WHERE added_at <= make_timestamp($1) AND replaced_at > make_timestamp($1)
