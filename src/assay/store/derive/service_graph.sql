-- kind: derivation
-- why: a call is counted once both of its ends are here, whichever came first
-- reads: assay_call_ends up to the batch `last`; what comes after the batch `after` is new. The ends of a call begin at nearly the same time,
--        however late they come, so two that began in half minutes that do not touch are none, and of the others only those are read that
--        can belong to a new one or to its parent. `part` of `parts`, by the calling span, bounds the memory
-- gives: rows for assay_service_graph: what the new ends change. However the batches are ordered and divided, the sums are the same.
--        linked: a server span, or a span whose parent is of another service, is a call from its parent's service; it takes as long as
--        the callee says, and it failed if the callee or the client says so. addressed: a client span that says whom it called and
--        is not linked is a call to that peer. recalled: such a one is taken back when it is linked later. queued: a span of a queue is a call
--        from its service to the queue, or for a consumer from the queue to its service
WITH
    new AS MATERIALIZED
    (
        SELECT Id, Parent, Slot FROM assay_call_ends
        WHERE Batch > {after:UInt64} AND Batch <= {last:UInt64} AND (Id % {parts:UInt64} = {part:UInt64} OR Parent % {parts:UInt64} = {part:UInt64})
    ),
    near AS (SELECT DISTINCT arrayJoin([Slot - 30, Slot, Slot + 30]) FROM new),
    further AS (SELECT DISTINCT arrayJoin([Slot - 60, Slot - 30, Slot, Slot + 30, Slot + 60]) FROM new),
    children AS MATERIALIZED
    (
        SELECT Parent, Batch, Slot, ServiceName, SpanKind, Environment, Error, Duration, Count FROM assay_call_ends
        WHERE Parent != 0 AND Parent % {parts:UInt64} = {part:UInt64} AND Batch <= {last:UInt64} AND Slot IN (further)
            AND NOT (SpanKind = 'Consumer' AND PeerKind = 'queue') AND Parent IN (SELECT arrayJoin([Id, Parent]) FROM new)
    ),
    parents AS
    (
        SELECT Id, Batch, Slot, ServiceName, Environment, SpanKind = 'Client' AS IsClient, Error, Duration, Count, Peer, PeerKind FROM assay_call_ends
        WHERE Batch <= {last:UInt64} AND Slot IN (near) AND Id IN (SELECT Parent FROM children)
        ORDER BY Batch LIMIT 1 BY Id
    ),
    pairs AS MATERIALIZED
    (
        SELECT
            parents.Id AS Id, parents.Batch AS ParentBatch, children.Batch AS ChildBatch,
            children.Slot AS Slot, parents.ServiceName AS Caller, children.ServiceName AS Callee, children.Environment AS Environment,
            children.Count AS Count, children.Error OR parents.IsClient AND parents.Error AS Failed, children.Duration AS Duration,
            parents.IsClient AND parents.PeerKind IN ('database', 'external') AS IsAddressed,
            (parents.Slot, parents.Environment, parents.Count, parents.Error, parents.Duration, parents.Peer, parents.PeerKind) AS Address
        FROM children INNER JOIN parents ON parents.Id = children.Parent
        WHERE abs(children.Slot - parents.Slot) <= 30 AND (children.SpanKind = 'Server' OR children.ServiceName != parents.ServiceName)
    ),
    changes AS
    (
        SELECT Slot, Caller, 'service' AS CallerKind, Callee, 'service' AS CalleeKind, Environment, Count AS Calls, toUInt8(Failed) AS IsError, Duration
        FROM pairs WHERE ParentBatch > {after:UInt64} OR ChildBatch > {after:UInt64}
        UNION ALL
        SELECT Slot, ServiceName, 'service', Peer, PeerKind, Environment, Count, Error, Duration
        FROM assay_call_ends
        WHERE Batch > {after:UInt64} AND Batch <= {last:UInt64} AND Id % {parts:UInt64} = {part:UInt64}
            AND SpanKind = 'Client' AND PeerKind IN ('database', 'external') AND Id NOT IN (SELECT Id FROM pairs)
        UNION ALL
        SELECT Address.1, Caller, 'service', Address.6, Address.7, Address.2, -Address.3, Address.4, Address.5
        FROM (SELECT * FROM pairs WHERE ParentBatch <= {after:UInt64} AND IsAddressed ORDER BY ChildBatch LIMIT 1 BY Id)
        WHERE ChildBatch > {after:UInt64}
        UNION ALL
        SELECT
            Slot, if(SpanKind = 'Consumer', Peer, ServiceName), if(SpanKind = 'Consumer', 'queue', 'service'),
            if(SpanKind = 'Consumer', ServiceName, Peer), if(SpanKind = 'Consumer', 'service', 'queue'), Environment, Count, Error, Duration
        FROM assay_call_ends
        WHERE Batch > {after:UInt64} AND Batch <= {last:UInt64} AND Id % {parts:UInt64} = {part:UInt64} AND PeerKind = 'queue'
    )
SELECT
    toStartOfMinute(Slot) AS Minute, Caller, CallerKind, Callee, CalleeKind, Environment,
    sum(changes.Calls) AS Calls, sumIf(changes.Calls, IsError = 1) AS Errors, sum(changes.Calls * changes.Duration) AS DurationSum,
    sumMap(map(assay_duration_bucket(changes.Duration), changes.Calls)) AS Durations
FROM changes
GROUP BY Minute, Caller, CallerKind, Callee, CalleeKind, Environment
ORDER BY Minute, Caller, CallerKind, Callee, CalleeKind, Environment
SETTINGS enable_materialized_cte = 1
