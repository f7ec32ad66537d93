-- kind: table
-- why: deployments, changes, incidents, results and audit records are few among the logs, are asked for over a year, and count once
--      however often they were sent
-- reads: decode_events
-- gives: one row per record whose event name begins with qms. and, once merged or read with FINAL, one per EventName and EventId: the
--      one of the highest Rank, which is (qms.event.revision, time of observation, a hash of the content), so that no order of arrival
--      matters. Read the view assay_events. Time is that of the event. Attributes are those of the record and, where it has none of that
--      name, of its resource. Subject is what the event is about; the columns from Version on are attributes in a form to compute with:
--      Status is the deployment's, or the result of a gate or check, or the outcome of an audited action; Kind is qms.deployment.kind,
--      qms.change.category or qms.incident.cause; StartedAt is when the deployment, the change or the incident began, if told; Seconds
--      is a duration as the sender measured it. There are no partitions, so that a correction meets what it corrects, whatever their
--        times; what is older than retention.events_days is deleted.

CREATE TABLE IF NOT EXISTS assay_event_records
(
    EventName LowCardinality(String) CODEC(ZSTD(1)),
    EventId String CODEC(ZSTD(1)),
    Rank UInt256 CODEC(ZSTD(1)),
    Time DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    Observed DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    Service LowCardinality(String) CODEC(ZSTD(1)),
    Environment LowCardinality(String) CODEC(ZSTD(1)),
    Attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    Body String CODEC(ZSTD(1)),
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    Subject String DEFAULT assay_event_subject(EventName, Attributes) CODEC(ZSTD(1)),
    Team LowCardinality(String) DEFAULT Attributes['qms.team'] CODEC(ZSTD(1)),
    Source LowCardinality(String) DEFAULT Attributes['qms.event.source'] CODEC(ZSTD(1)),
    Inferred Bool DEFAULT Attributes['qms.event.inferred'] = 'true' CODEC(ZSTD(1)),
    Retracted Bool DEFAULT Attributes['qms.event.retracted'] = 'true' CODEC(ZSTD(1)),
    Version LowCardinality(String) DEFAULT Attributes['service.version'] CODEC(ZSTD(1)),
    Repository LowCardinality(String) DEFAULT Attributes['vcs.repository.url.full'] CODEC(ZSTD(1)),
    CommitRevision String DEFAULT Attributes['vcs.ref.head.revision'] CODEC(ZSTD(1)),
    BaseRevision String DEFAULT Attributes['vcs.ref.base.revision'] CODEC(ZSTD(1)),
    Status LowCardinality(String) DEFAULT firstNonDefault(Attributes['deployment.status'], Attributes['qms.quality_gate.result'],
        Attributes['qms.compliance.result'], Attributes['qms.audit.outcome']) CODEC(ZSTD(1)),
    Kind LowCardinality(String) DEFAULT firstNonDefault(Attributes['qms.deployment.kind'], Attributes['qms.change.category'],
        Attributes['qms.incident.cause']) CODEC(ZSTD(1)),
    Severity LowCardinality(String) DEFAULT Attributes['qms.incident.severity'] CODEC(ZSTD(1)),
    StartedAt Nullable(DateTime64(9, 'UTC')) DEFAULT parseDateTime64BestEffortOrNull(firstNonDefault(
        Attributes['qms.deployment.started_at'], Attributes['qms.change.started_at'], Attributes['qms.incident.opened_at']), 9, 'UTC') CODEC(ZSTD(1)),
    Seconds Nullable(Float64) DEFAULT toFloat64OrNull(firstNonDefault(Attributes['qms.change.lead_time_seconds'],
        Attributes['qms.incident.duration_seconds'], Attributes['qms.quality_gate.duration_seconds'],
        Attributes['qms.compliance.duration_seconds'])) CODEC(ZSTD(1)),
    Commits Array(String) DEFAULT assay_list(Attributes['qms.deployment.commits']) CODEC(ZSTD(1)),
    Reverts Array(String) DEFAULT assay_list(Attributes['qms.change.reverts']) CODEC(ZSTD(1)),
    RollsBack Array(String) DEFAULT assay_list(Attributes['qms.deployment.rolls_back']) CODEC(ZSTD(1)),
    Remediates Array(String) DEFAULT assay_list(Attributes['qms.deployment.remediates']) CODEC(ZSTD(1)),
    CauseDeployments Array(String) DEFAULT assay_list(Attributes['qms.incident.cause.deployment_ids']) CODEC(ZSTD(1)),
    CauseRevisions Array(String) DEFAULT assay_list(Attributes['qms.incident.cause.revisions']) CODEC(ZSTD(1)),
    RemediationDeployments Array(String) DEFAULT assay_list(Attributes['qms.incident.remediation.deployment_ids']) CODEC(ZSTD(1)),
    Batch UInt64 CODEC(Delta, ZSTD(1)),
    ReceivedAt DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    PartitionDate Date CODEC(ZSTD(1)),
    INDEX idx_subject Subject TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX idx_batch Batch TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(Rank)
ORDER BY (EventName, EventId)
SETTINGS index_granularity = 8192, non_replicated_deduplication_window = 1000
