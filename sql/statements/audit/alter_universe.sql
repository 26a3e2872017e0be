-- Memberships as they might have been: what held up to the last session known by the cut ($1, microseconds) holds;
-- who leaves when later, and who joins later, is otherwise. $2 is the seed.
INSERT INTO universe BY NAME
WITH last AS (SELECT max(session_date) AS date FROM audit_bars WHERE epoch_us(close_ts) <= $1),
kept AS (
    SELECT u.* REPLACE (
        CASE WHEN u."to" IS NULL OR u."to" >= last.date
             THEN CASE WHEN hash(u.symbol, $2) % 2 = 0 THEN last.date + CAST(hash(u.symbol, $2, 1) % 9 AS INTEGER) END
             ELSE u."to" END AS "to")
    FROM audit_universe u, last
    WHERE u."from" <= last.date)
FROM kept
UNION ALL BY NAME
SELECT DISTINCT u.name, b.symbol, last.date + 10 AS "from", CAST(NULL AS DATE) AS "to", 'audit' AS source, u.added_at
FROM audit_bars b, last, (SELECT name, min(added_at) AS added_at FROM audit_universe GROUP BY name) u
WHERE NOT EXISTS (SELECT 1 FROM kept k WHERE k.name = u.name AND k.symbol = b.symbol
                                          AND (k."to" IS NULL OR k."to" >= last.date))
UNION ALL BY NAME
SELECT u.name, 'AUDIT' AS symbol, last.date + 1 + CAST(hash(u.name, $2) % 5 AS INTEGER) AS "from",
       CAST(NULL AS DATE) AS "to", 'audit' AS source, u.added_at
FROM last, (SELECT name, min(added_at) AS added_at FROM audit_universe GROUP BY name) u
WHERE last.date IS NOT NULL
