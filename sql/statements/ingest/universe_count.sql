-- How many staged memberships are new, end otherwise than the stored one from the same day, or are the same.
SELECT
    count(*) FILTER (u.symbol IS NULL),
    count(*) FILTER (u.symbol IS NOT NULL AND u."to" IS DISTINCT FROM s."to"),
    count(*) FILTER (u.symbol IS NOT NULL AND u."to" IS NOT DISTINCT FROM s."to")
FROM staged_members AS s
LEFT JOIN universe AS u ON u.name = s.name AND u.symbol = s.symbol AND u."from" = s."from"
