-- What a merge of the derived bars would do: new, replaced, gone, of another source, and since when.
SELECT
    count(*) FILTER (is_derived AND NOT is_stored),
    count(*) FILTER (is_derived AND is_stored),
    count(*) FILTER (NOT is_derived),
    count(*) FILTER (is_derived AND is_stored AND NOT is_own),
    epoch_us(min(ts)),
    CAST(min(ts) FILTER (is_derived AND is_stored AND NOT is_own) AS VARCHAR),
    (SELECT count(*) FROM derived_bars)
FROM derived_changes
