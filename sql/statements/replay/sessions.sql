-- The sessions of every calendar.
SELECT * FROM sessions
