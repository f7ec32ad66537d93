-- kind: encoding
-- why: points become samples of Prometheus and lines of StatsD
-- reads: page: any of the otel_metrics_ tables
-- gives: the columns that a point is made of, those that its table has; in the order of time; Received is in Unix seconds
SELECT
    COLUMNS('^(ServiceName|MetricName|MetricDescription|MetricUnit|Attributes|ResourceAttributes|ScopeName|ScopeVersion|ScopeAttributes|ScopeSchemaUrl|StartTimeUnixNano|TimeUnixNano|Flags|Value|AggregationTemporality|IsMonotonic|Count|Sum|SumPresent|BucketCounts|ExplicitBounds|Scale|ZeroCount|ZeroThreshold|PositiveOffset|PositiveBucketCounts|NegativeOffset|NegativeBucketCounts|ValueAtQuantiles\\.\\w+|Exemplars\\.(TraceId|SpanId|Value|TimeUnixNano|FilteredAttributes))$'),
    toFloat64(ReceivedAt) AS Received
FROM page
ORDER BY TimeUnixNano
SETTINGS output_format_json_quote_denormals = 1, max_threads = 1
