-- kind: check
-- why: somebody answers for each service
-- next: set qms.team in the resource of the service
-- reads: assay_spans
-- gives: one row per service, of one in {one_in} traces; finding is empty where nothing is wrong
SELECT
    ServiceName AS service, '' AS environment, '' AS subject,
    if(countIf(ResourceAttributes['qms.team'] = '') > 0, concat(toString(countIf(ResourceAttributes['qms.team'] = '')), ' of ', toString(count()), ' spans have no qms.team'), '') AS finding
FROM assay_spans
WHERE Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64}) AND cityHash64(TraceId) % {one_in:UInt64} = 0
GROUP BY ServiceName
