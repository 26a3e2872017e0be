-- First and last days of membership in a universe, counted from 1970-01-01; no last day is still a member.
SELECT symbol, date_diff('day', DATE '1970-01-01', "from"), date_diff('day', DATE '1970-01-01', "to")
FROM universe WHERE name = $1
