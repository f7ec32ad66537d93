-- kind: table
-- why: what a deployment came to and how long a change took depend on all events before and after, so they are worked out when an event has come,
--      and a question about any window only adds up
-- reads: quality/facts
-- gives: one row per fact and Generation. A deployment: when it ended (Time), whether it succeeded, whether it repairs what an earlier one broke (IsRework), and each
--      reason to call it failed, as in assay_failures. A lead: a commit (Key) that reached an environment at Time, Seconds after work on it
--      began. An incident: when it was opened and resolved, as in assay_incidents; its team is that of the service's last deployment if it names none. The highest Generation that has a row `complete` counts; each is worked out anew from all events, and older ones are dropped.

CREATE TABLE IF NOT EXISTS assay_delivery_facts
(
    Generation UInt64 CODEC(ZSTD(1)),
    Fact Enum8('complete' = 0, 'deployment' = 1, 'lead' = 2, 'incident' = 3),
    Time DateTime64(9, 'UTC') CODEC(ZSTD(1)),
    Service LowCardinality(String) CODEC(ZSTD(1)),
    Team LowCardinality(String) CODEC(ZSTD(1)),
    Environment LowCardinality(String) CODEC(ZSTD(1)),
    Key UInt64 CODEC(ZSTD(1)),
    Inferred Bool CODEC(ZSTD(1)),
    Succeeded Bool CODEC(ZSTD(1)),
    IsRework Bool CODEC(ZSTD(1)),
    Seconds Float64 CODEC(ZSTD(1)),
    OpenedAt Nullable(DateTime64(9, 'UTC')) CODEC(ZSTD(1)),
    ResolvedAt Nullable(DateTime64(9, 'UTC')) CODEC(ZSTD(1)),
    Severity LowCardinality(String) CODEC(ZSTD(1)),
    Cause LowCardinality(String) CODEC(ZSTD(1)),
    Reasons Nested(Method LowCardinality(String), Confidence Float64, Gap Float64, IncidentKey UInt64, RemedyKey UInt64, EndedAt Nullable(DateTime64(9, 'UTC'))) CODEC(ZSTD(1))
)
ENGINE = MergeTree
PARTITION BY Generation
ORDER BY (Fact, Service, Time)
