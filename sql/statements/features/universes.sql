-- Members of a universe, and the names of all universes.
SELECT count(*) FILTER (name = $1), string_agg(DISTINCT name, ', ' ORDER BY name) FROM universe
