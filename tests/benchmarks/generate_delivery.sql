-- kind: benchmark
-- why: a year of delivery events of {services:UInt32} services with ten deployments a day each, two commits in each, and an incident after one in twenty
-- reads: nothing
-- gives: otel_logs, rows as the decode view writes them. One deployment in 50 does not reach its end, one in 33 puts back what ran two before, one in 60 is
--        a hotfix, one change in 100 reverts the one before. Of the incidents a third names its cause, a third was no change, the rest says nothing.
INSERT INTO otel_logs (Timestamp, ObservedTimestamp, ServiceName, EventName, LogAttributes, ResourceAttributes, ReceivedAt, PartitionDate)
WITH
    intDiv(number, {services:UInt32}) AS place,
    concat('service-', leftPad(toString(number % {services:UInt32}), 3, '0')) AS service,
    fromUnixTimestamp64Nano({start:Int64}) + toIntervalSecond(place * 8640 + cityHash64(number, 'jitter') % 8000) AS finished,
    place % 33 = 32 AS is_rollback,
    toUInt64(if(is_rollback, place - 2, place)) AS running,
    (at, which) -> lower(hex(sipHash128(service, at, which))) AS revision,
    concat('deploy/', service, '/', toString(place)) AS deployment,
    arrayJoin(arrayConcat(
        [('qms.deployment.finished', finished, mapFromArrays(
            ['deployment.environment.name', 'deployment.id', 'deployment.status', 'qms.deployment.commits', 'qms.deployment.kind', 'qms.event.id', 'qms.team', 'service.version', 'vcs.ref.head.revision'],
            ['production', deployment, if(place % 50 = 49, 'failed', 'succeeded'),
                if(is_rollback, '[]', toJSONString([revision(place, 0), revision(place, 1)])), if(place % 60 = 59, 'hotfix', ''),
                concat('deployment/', deployment), concat('team-', toString(number % 10)), concat('1.', toString(running)),
                revision(running, 1)]))],
        arrayMap(which -> ('qms.change.committed', finished - toIntervalSecond(3600 + cityHash64(number, which) % 72000), mapFromArrays(
            ['qms.change.category', 'qms.change.reverts', 'qms.event.id', 'vcs.ref.head.revision'],
            [if(place % 100 = 98, 'revert', 'feature'), if(place % 100 = 98, toJSONString([revision(toUInt64(place - 1), which)]), '[]'),
                concat('change/', revision(place, which)), revision(place, which)])), [0, 1]),
        arrayMap(name -> (name, finished + toIntervalSecond(cityHash64(number, name) % 2400 + if(name = 'qms.incident.resolved', 2400, 0)), mapFromArrays(
            ['deployment.environment.name', 'qms.event.id', 'qms.incident.cause', 'qms.incident.cause.deployment_ids', 'qms.incident.id', 'qms.incident.severity'],
            ['production', concat(name, '/', deployment), if(place % 3 = 1, 'infrastructure', ''), if(place % 3 = 0, deployment, ''), concat('incident/', deployment), 'high'])),
            if(place % 20 = 19, ['qms.incident.opened', 'qms.incident.resolved'], [])))) AS event
SELECT event.2, event.2, service, event.1, event.3, map('service.name', service), toDateTime64(event.2, 6), toDate(event.2)
FROM numbers({from:UInt64}, {count:UInt64})
