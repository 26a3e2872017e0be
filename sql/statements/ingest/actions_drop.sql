-- The actions are merged, or given up.
DROP TABLE IF EXISTS temp.staged_actions
