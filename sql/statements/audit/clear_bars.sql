-- Makes room for altered bars.
DELETE FROM bars
