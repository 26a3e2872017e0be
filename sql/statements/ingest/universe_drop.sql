-- The memberships are merged, or given up.
DROP TABLE IF EXISTS temp.staged_members
