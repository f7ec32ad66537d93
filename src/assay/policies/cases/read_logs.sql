-- kind: question
-- why: a case says what is stored of the log records that it gave
-- reads: otel_logs
-- gives: the records of the batches from {first} to {last} in the order in which they were given
SELECT
    Body AS body, ServiceName AS service, LogAttributes AS attributes, ResourceAttributes AS resource, ScopeAttributes AS scope, Scrubbed AS scrubbed
FROM otel_logs
WHERE Batch BETWEEN {first:UInt64} AND {last:UInt64}
ORDER BY Timestamp
