-- kind: measure
-- why: a gate on a service that nobody has heard of is a mistake in writing, not a gate without data
-- reads: assay_service_metrics_hourly, assay_event_records, otel_metrics_*
-- gives: one row if spans, events or metric points of the service are stored, none otherwise
SELECT 1 AS known
FROM
(
    SELECT 1 FROM assay_service_metrics_hourly WHERE ServiceName = {service:String} LIMIT 1
    UNION ALL
    SELECT 1 FROM otel_metrics_gauge WHERE ServiceName = {service:String} LIMIT 1
    UNION ALL
    SELECT 1 FROM otel_metrics_sum WHERE ServiceName = {service:String} LIMIT 1
    UNION ALL
    SELECT 1 FROM otel_metrics_histogram WHERE ServiceName = {service:String} LIMIT 1
    UNION ALL
    SELECT 1 FROM otel_metrics_exp_histogram WHERE ServiceName = {service:String} LIMIT 1
    UNION ALL
    SELECT 1 FROM otel_metrics_summary WHERE ServiceName = {service:String} LIMIT 1
    UNION ALL
    SELECT 1 FROM assay_event_records WHERE Service = {service:String} AND EventName = 'qms.deployment.finished' LIMIT 1
)
LIMIT 1
