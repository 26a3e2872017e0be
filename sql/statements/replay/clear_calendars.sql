-- A fresh store has the calendars of the program; a copy takes those of the store it was made from.
DELETE FROM sessions;
DELETE FROM calendars;
