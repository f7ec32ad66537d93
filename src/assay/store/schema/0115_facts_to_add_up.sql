-- kind: table
-- why: a question on a year of a large organisation reads each fact, so how they lie on disk is half of what it takes
-- reads: quality/facts
-- gives: assay_delivery_facts as 0069_assay_delivery_facts.sql has it, with one more kind of row: each deployment that has a reason to call it failed is there
--      as a failure too, so that what is asked of those few does not pass over all. It is made anew and empty: facts are worked out when Assay starts

DROP TABLE IF EXISTS assay_delivery_facts;

CREATE TABLE IF NOT EXISTS assay_delivery_facts
(
    Generation UInt64,
    Fact Enum8('complete' = 0, 'deployment' = 1, 'lead' = 2, 'incident' = 3, 'failure' = 4),
    Time DateTime64(9, 'UTC'),
    Service LowCardinality(String),
    Team LowCardinality(String),
    Environment LowCardinality(String),
    Key UInt64,
    Inferred Bool,
    Succeeded Bool,
    IsRework Bool,
    Seconds Float64,
    OpenedAt Nullable(DateTime64(9, 'UTC')),
    ResolvedAt Nullable(DateTime64(9, 'UTC')),
    Severity LowCardinality(String),
    Cause LowCardinality(String),
    Reasons Nested(Method LowCardinality(String), Confidence Float64, Gap Float64, IncidentKey UInt64, RemedyKey UInt64, EndedAt Nullable(DateTime64(9, 'UTC')))
)
ENGINE = MergeTree
PARTITION BY Generation
ORDER BY (Fact, Service, Time)
SETTINGS min_bytes_for_wide_part = 4194304
