-- Every calendar.
SELECT * FROM calendars
