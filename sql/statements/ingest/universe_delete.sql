-- Makes room for memberships that end otherwise.
DELETE FROM universe AS u USING staged_members AS s
WHERE u.name = s.name AND u.symbol = s.symbol AND u."from" = s."from" AND u."to" IS DISTINCT FROM s."to"
