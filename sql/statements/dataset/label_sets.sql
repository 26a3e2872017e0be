-- Label sets that the store has for an interval, by name. $1 interval.
SELECT DISTINCT label_set FROM labels WHERE interval = $1 ORDER BY label_set
