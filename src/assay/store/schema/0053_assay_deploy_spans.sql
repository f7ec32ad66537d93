-- kind: table and views
-- why: a pipeline that is traced by the CICD conventions of OpenTelemetry need not report its deployments again
-- reads: assay_decoded_spans
-- gives: each span with cicd.pipeline.task.type = deploy, for as long as events are kept; an insert of other spans plans little more. The view
--        assay_deploy_tasks says what they mean: the deployment ends when the span does; what is deployed is service.name of the span (not of
--        the resource, which is the pipeline), else its repository, else the pipeline; cicd.pipeline.task.run.result says how it ended, or else
--        the span's status; Status is empty for what was cancelled or skipped

CREATE TABLE IF NOT EXISTS assay_deploy_spans
(
    TraceId String CODEC(ZSTD(1)),
    SpanId String CODEC(ZSTD(1)),
    Start DateTime64(9, 'UTC') CODEC(ZSTD(1)),
    Duration UInt64 CODEC(ZSTD(1)),
    ServiceName LowCardinality(String) CODEC(ZSTD(1)),
    StatusCode LowCardinality(String) CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    SpanAttributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    PartitionDate Date
)
ENGINE = ReplacingMergeTree
ORDER BY (TraceId, SpanId)
SETTINGS index_granularity = 8192, non_replicated_deduplication_window = 1000;

CREATE MATERIALIZED VIEW IF NOT EXISTS assay_deploy_spans_mv TO assay_deploy_spans AS
SELECT TraceId, SpanId, Timestamp AS Start, Duration, ServiceName, StatusCode, ResourceAttributes, SpanAttributes, PartitionDate
FROM assay_decoded_spans
WHERE SpanAttributes['cicd.pipeline.task.type'] = 'deploy' AND Stage != 'filtered';

CREATE OR REPLACE VIEW assay_deploy_tasks AS
SELECT
    TraceId, SpanId, Start, addNanoseconds(Start, Duration) AS End,
    mapConcat(mapFilter((key, text) -> match(key, '^(deployment|vcs|cicd|user|qms)[.]') AND NOT mapContains(SpanAttributes, key), ResourceAttributes),
        mapFilter((key, text) -> match(key, '^(service|deployment|vcs|cicd|user|qms)[.]'), SpanAttributes)) AS Attributes,
    firstNonDefault(Attributes['service.name'], Attributes['vcs.repository.name'], toString(ServiceName)) AS Service,
    assay_environment(firstNonDefault(Attributes['deployment.environment.name'], Attributes['deployment.environment'])) AS Environment,
    transform(Attributes['cicd.pipeline.task.run.result'], ['success', 'failure', 'error', 'timeout', 'cancellation', 'skip'],
        ['succeeded', 'failed', 'failed', 'failed', '', ''], if(StatusCode = 'Error', 'failed', 'succeeded')) AS Status
FROM assay_deploy_spans FINAL
