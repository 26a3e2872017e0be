-- Memberships known at a time. $1 the time.
SELECT * FROM universe WHERE added_at <= make_timestamp($1)
