-- kind: check
-- why: no mail address, card number or account number is stored
-- next: add a scrub rule for what was found, and take it out of what the service sends
-- reads: assay_spans, otel_logs
-- gives: one row per service, of one in {one_in} traces; finding is empty where nothing is wrong, else the kinds of what is stored in attributes and bodies
SELECT service, '' AS environment, '' AS subject, if(notEmpty(kinds), concat('stored in clear: ', arrayStringConcat(arraySort(kinds), ', ')), '') AS finding
FROM
(
    SELECT toString(ServiceName) AS service, groupUniqArrayArray(found) AS kinds
    FROM
    (
        SELECT ServiceName, arrayFilter(kind -> kind != '', arrayFlatten(arrayMap(text -> [
            if(match(text, '[A-Za-z0-9._%+-]{2,}@[A-Za-z0-9-]+[.][A-Za-z]{2,}'), 'a mail address', ''),
            if(arrayExists(number -> assay_card_valid(number), extractAll(text, '\\b[0-9](?:[ -]?[0-9]){12,18}\\b')), 'a card number', ''),
            if(arrayExists(account -> assay_iban_valid(replaceAll(account, ' ', '')), extractAll(text, '\\b[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){3,7}\\b')), 'an account number', '')], texts))) AS found
        FROM
        (
            SELECT ServiceName, mapValues(SpanAttributes) AS texts FROM assay_spans
            WHERE Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64}) AND cityHash64(TraceId) % {one_in:UInt64} = 0
            UNION ALL
            SELECT ServiceName, arrayPushBack(mapValues(LogAttributes), Body) FROM otel_logs
            WHERE EventName = '' AND Timestamp >= fromUnixTimestamp64Nano({start:Int64}) AND Timestamp < fromUnixTimestamp64Nano({end:Int64})
                AND cityHash64(TraceId, Timestamp) % {one_in:UInt64} = 0
        )
    )
    GROUP BY service
)
