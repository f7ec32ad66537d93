-- kind: question
-- why: what takes the disk, and how far back it goes
-- reads: system.parts
-- gives: one row per table of telemetry, and of what is counted and concluded from it, that has rows: rows, bytes on disk, and its oldest day where the table is
--        in parts by day ('1970-01-01' where it is not)
SELECT table AS name, sum(rows) AS rows, sum(bytes_on_disk) AS bytes, min(min_date) AS oldest
FROM system.parts
WHERE database = currentDatabase() AND active AND match(table, '^(otel|assay)_')
GROUP BY table
ORDER BY bytes DESC, table
