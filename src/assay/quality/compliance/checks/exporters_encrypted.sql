-- kind: check
-- why: what is sent on to other systems is encrypted on its way
-- next: give the exporter an https or tls address
-- reads: the addresses of exporters
-- gives: one row per exporter that sends to an address; finding is empty where that is https, tls or on this machine
SELECT
    '' AS service, '' AS environment, tupleElement(pair, 1) AS subject,
    if(match(address, '^(https|tls)://') OR match(address, '^[a-z]+://(localhost|127[.][0-9.]+|\\[::1\\])(:|/|$)'), '', concat('not encrypted: ', address)) AS finding
FROM
(
    SELECT pair, if(position(tupleElement(pair, 2), '://') = 0, concat('http://', tupleElement(pair, 2)), tupleElement(pair, 2)) AS address
    FROM (SELECT arrayJoin(CAST({exporter_endpoints:Map(String, String)}, 'Array(Tuple(String, String))')) AS pair)
)
