-- kind: question
-- why: how much is stored
-- reads: system.parts
-- gives: rows and bytes on disk of each table of telemetry that has any
SELECT table AS name, sum(rows) AS rows, sum(bytes_on_disk) AS bytes
FROM system.parts
WHERE database = currentDatabase() AND active AND startsWith(table, 'otel_')
GROUP BY table
ORDER BY table
