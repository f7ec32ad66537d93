-- kind: check
-- why: telemetry says of which part of the quality management system it is
-- next: set qms.phase and qms.component in the resource of the service
-- reads: assay_spans
-- gives: one row per service, of one in {one_in} traces; finding is empty where nothing is wrong
SELECT
    ServiceName AS service, '' AS environment, '' AS subject,
    arrayStringConcat(arrayFilter(text -> text != '', [
        if(countIf(ResourceAttributes['qms.phase'] = '') > 0, 'no qms.phase', ''), if(countIf(ResourceAttributes['qms.component'] = '') > 0, 'no qms.component', '')]), ', ') AS finding
FROM assay_spans
WHERE Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64}) AND cityHash64(TraceId) % {one_in:UInt64} = 0
GROUP BY ServiceName
