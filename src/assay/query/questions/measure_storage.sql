-- kind: question
-- why: what takes the disk, and how far back it goes
-- reads: system.parts
-- gives: one row per table of telemetry, and of what is counted and concluded from it, that has rows: rows, bytes on disk, and its oldest day as YYYYMMDD where
--        the table is in partitions by day, else an empty text
SELECT table AS name, sum(rows) AS rows, sum(bytes_on_disk) AS bytes, minIf(partition_id, match(partition_id, '^[0-9]{8}$')) AS oldest
FROM system.parts
WHERE database = currentDatabase() AND active AND match(table, '^(otel|assay)_')
GROUP BY table
ORDER BY bytes DESC, table
