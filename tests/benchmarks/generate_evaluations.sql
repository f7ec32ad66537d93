-- kind: benchmark
-- why: what gates have said in a month: 200 services, each asked four times a day about three objectives, one evaluation in ten failed
-- reads: nothing
-- gives: otel_logs, rows as the decode view writes them, of evaluations before {end:Int64}
INSERT INTO otel_logs (Timestamp, ObservedTimestamp, ServiceName, EventName, Body, LogAttributes, ResourceAttributes, ReceivedAt, PartitionDate)
WITH
    concat('service-', toString(number % 200)) AS service,
    fromUnixTimestamp64Nano({end:Int64}) - toIntervalSecond(intDiv(number, 200) * 21600 + 600) AS time,
    concat(substring(lower(hex(SHA256(concat('release', char(0), service)))), 1, 8), lower(hex(toUInt32(toUnixTimestamp(time)))), lower(hex(toUInt32(number)))) AS id,
    if(intDiv(number, 200) % 10 = 9, 'failed', 'passed') AS result,
    arrayJoin(['', 'error_rate', 'latency_p95', 'throughput']) AS criteria,
    mapFromArrays(
        ['deployment.environment.name', 'qms.event.id', 'qms.quality_gate.evaluation_id', 'qms.quality_gate.name', 'qms.quality_gate.result', 'service.version'],
        ['production', concat('quality_gate/', id, if(criteria = '', '', '/'), criteria), id, 'release', result, '1.4.2']) AS common
SELECT
    time, time, service, 'qms.quality_gate.evaluated', if(criteria = '', repeat('{"objective": "as long as a whole answer"}', 60), ''),
    mapUpdate(common, if(criteria = '',
        map('qms.quality_gate.score', '100', 'qms.quality_gate.duration_seconds', '0.05'),
        map('qms.criteria', criteria, 'qms.criteria.measure', criteria, 'qms.criteria.result', result, 'qms.criteria.outcome', result, 'qms.criteria.value', '0.0124'))),
    map('service.name', service), toDateTime64(time, 6), toDate(time)
FROM numbers({from:UInt64}, {count:UInt64})
