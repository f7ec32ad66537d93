-- kind: check
-- why: no secret is stored under a name that says that it is one
-- next: add a scrub rule for the name, take the secret out of what is sent, and replace the secret
-- reads: assay_spans, otel_logs
-- gives: one row per service, of one in {one_in} traces; finding is empty where nothing is wrong. A mask such as [password] is no secret
SELECT service, '' AS environment, '' AS subject, if(notEmpty(places), concat('stored in clear: ', arrayStringConcat(arraySort(places), ', ')), '') AS finding
FROM
(
    SELECT toString(ServiceName) AS service, groupUniqArrayArray(5)(found) AS places
    FROM
    (
        SELECT ServiceName, mapKeys(mapFilter((key, text) -> match(key,
                '(?i)(^|[._-])(pass(word|wd|phrase)|pwd|secret|client_?secret|((access|refresh|id|auth|bearer|api|session)_?)?token|api_?key|private_?key|credentials?|(proxy-)?authorization|cookie|set-cookie)$')
                AND length(text) > 3 AND NOT match(text, '\\[[a-z][a-z0-9_]*( [^\\]]*)?\\]|(?i)redacted|filtered|masked|^"?[*•.x]+"?$|^(true|false|null|none)$'), given)) AS found
        FROM
        (
            SELECT ServiceName, mapConcat(ResourceAttributes, SpanAttributes) AS given FROM assay_spans
            WHERE Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64}) AND cityHash64(TraceId) % {one_in:UInt64} = 0
            UNION ALL
            SELECT ServiceName, mapConcat(ResourceAttributes, LogAttributes) FROM otel_logs
            WHERE Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64}) AND cityHash64(TraceId, Timestamp) % {one_in:UInt64} = 0
        )
    )
    GROUP BY service
)
