-- kind: check
-- why: what leaves a machine is encrypted
-- next: call the address over https, or waive it until it can be
-- reads: assay_spans
-- gives: one row per service that called something over HTTP by its address; finding is empty where nothing is wrong
SELECT
    ServiceName AS service, '' AS environment, '' AS subject,
    if(countIf(startsWith(address, 'http://') AND domain(address) NOT IN ('localhost', '127.0.0.1', '[::1]')) > 0,
        concat('not encrypted: ', minIf(domain(address), startsWith(address, 'http://') AND domain(address) NOT IN ('localhost', '127.0.0.1', '[::1]'))), '') AS finding
FROM
(
    SELECT ServiceName, assay_attribute(SpanAttributes, 'url.full') AS address
    FROM assay_spans
    WHERE SpanKind = 'Client' AND Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
)
WHERE address != ''
GROUP BY ServiceName
