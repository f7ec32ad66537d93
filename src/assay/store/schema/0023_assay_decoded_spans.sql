-- kind: table and views
-- why: each span passes here once, decoded and scrubbed and before any sampling, so that all that looks at every span reads one place
-- reads: decode_spans
-- gives: nothing is kept here. Stage says where a span goes: recent (the sampling decides later), kept (there is no sampling), or
--        filtered (a filter named Filter drops it). Environment and Version are those of the resource, read once for all of its spans

CREATE TABLE IF NOT EXISTS assay_decoded_spans AS otel_traces ENGINE = Null;

ALTER TABLE assay_decoded_spans
    ADD COLUMN IF NOT EXISTS Stage Enum8('recent' = 0, 'kept' = 1, 'filtered' = 2),
    ADD COLUMN IF NOT EXISTS Filter LowCardinality(String),
    ADD COLUMN IF NOT EXISTS Environment LowCardinality(String),
    ADD COLUMN IF NOT EXISTS Version LowCardinality(String);

CREATE MATERIALIZED VIEW IF NOT EXISTS assay_recent_mv TO otel_traces_recent AS
SELECT * EXCEPT (Stage, Filter, Environment, Version) FROM assay_decoded_spans WHERE Stage = 'recent';

CREATE MATERIALIZED VIEW IF NOT EXISTS assay_kept_mv TO otel_traces AS
SELECT * EXCEPT (Stage, Filter, Environment, Version) FROM assay_decoded_spans WHERE Stage = 'kept';

DROP VIEW IF EXISTS decode_traces
