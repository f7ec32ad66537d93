-- kind: view
-- why: a pipeline that is traced by the CICD conventions of OpenTelemetry need not report its deployments again
-- reads: assay_decoded_spans
-- gives: assay_inferred_records, one inferred qms.deployment.finished per span with cicd.pipeline.task.type = deploy. It ends when the span
--        does. What is deployed is service.name of the span (not of the resource, which is the pipeline), else its repository, else the
--        pipeline; cicd.pipeline.task.run.result says how it ended, or else the span's status; what was cancelled or skipped is none

CREATE MATERIALIZED VIEW IF NOT EXISTS infer_events_from_spans TO assay_inferred_records AS
WITH
    mapConcat(mapFilter((key, text) -> match(key, '^(deployment|vcs|cicd|user|qms)[.]') AND NOT mapContains(SpanAttributes, key), ResourceAttributes),
        mapFilter((key, text) -> match(key, '^(service|deployment|vcs|cicd|user|qms)[.]'), SpanAttributes)) AS told,
    concat('span/', TraceId, '/', SpanId) AS id,
    addNanoseconds(Timestamp, Duration) AS end,
    firstNonDefault(told['service.name'], told['vcs.repository.name'], toString(ServiceName)) AS deployed,
    transform(told['cicd.pipeline.task.run.result'], ['success', 'failure', 'error', 'timeout', 'cancellation', 'skip'],
        ['succeeded', 'failed', 'failed', 'failed', '', ''], if(StatusCode = 'Error', 'failed', 'succeeded')) AS status
SELECT
    'qms.deployment.finished' AS EventName,
    concat('inferred/', id) AS EventId,
    assay_event_rank(0, toUnixTimestamp64Nano(end), cityHash64(SpanAttributes)) AS Rank,
    end AS Time,
    end AS Observed,
    deployed AS Service,
    assay_environment(firstNonDefault(told['deployment.environment.name'], told['deployment.environment'])) AS Environment,
    CAST(mapUpdate(CAST(told, 'Map(String, String)'), map(
        'service.name', deployed, 'deployment.status', status, 'deployment.id', if(told['deployment.id'] = '', id, told['deployment.id']),
        'qms.deployment.started_at', concat(replaceOne(toString(toTimeZone(Timestamp, 'UTC')), ' ', 'T'), 'Z'),
        'qms.event.source', 'span', 'qms.event.inferred', 'true')), 'Map(LowCardinality(String), String)') AS Attributes,
    '' AS Body, TraceId, SpanId, Batch, ReceivedAt, PartitionDate
FROM assay_decoded_spans
WHERE SpanAttributes['cicd.pipeline.task.type'] = 'deploy' AND Stage != 'filtered' AND status != ''
