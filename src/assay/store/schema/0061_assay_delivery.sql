-- kind: table
-- why: changes, deployments and incidents as numbers to compute with, so that the measures read a year of them in milliseconds
-- reads: collect_delivery
-- gives: one row per record of an event, of which the one with the highest Rank counts, as in assay_event_records; read it with FINAL and leave out what
--      is Retracted, as the views assay_deployments, assay_changes and assay_incidents do. Keys are sipHash64 of names: EventKey of the event's
--      id, SubjectKey of what it is about, StreamKey of service and environment, VersionKey of these two and of what ran (the commit, else the
--      version; 0 without either). Commits are what a deployment brings, what a change reverts, what caused an incident; Deployments
--      are what a deployment rolls back, or what caused an incident; Kind, Severity, StartedAt and Seconds are as in assay_event_records.
--      It is small, so its parts are merged soon into one, of which FINAL costs nothing. Texts are in assay_event_records.

CREATE TABLE IF NOT EXISTS assay_delivery
(
    EventName LowCardinality(String) CODEC(ZSTD(1)),
    EventKey UInt64 CODEC(ZSTD(1)),
    Rank UInt256 CODEC(ZSTD(1)),
    Retracted Bool,
    Inferred Bool,
    Time DateTime64(9, 'UTC') CODEC(ZSTD(1)),
    Service LowCardinality(String) CODEC(ZSTD(1)),
    Team LowCardinality(String) CODEC(ZSTD(1)),
    Environment LowCardinality(String) CODEC(ZSTD(1)),
    StreamKey UInt64 CODEC(ZSTD(1)),
    SubjectKey UInt64 CODEC(ZSTD(1)),
    Succeeded Bool,
    Kind LowCardinality(String) CODEC(ZSTD(1)),
    Severity LowCardinality(String) CODEC(ZSTD(1)),
    VersionKey UInt64 CODEC(ZSTD(1)),
    Commits Array(UInt64) CODEC(ZSTD(1)),
    Deployments Array(UInt64) CODEC(ZSTD(1)),
    IsRemedy Bool,
    StartedAt Nullable(DateTime64(9, 'UTC')) CODEC(ZSTD(1)),
    Seconds Nullable(Float64) CODEC(ZSTD(1)),
    PartitionDate Date CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(Rank)
ORDER BY (EventName, EventKey)
SETTINGS min_age_to_force_merge_seconds = 120
