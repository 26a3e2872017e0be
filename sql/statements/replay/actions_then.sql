-- Corporate actions known at a time. $1 the time.
SELECT * FROM corporate_actions WHERE added_at <= make_timestamp($1)
