-- kind: functions
-- why: what the decode views ask the policies; this is what holds where no policy says otherwise, and the policies replace it
-- reads: arrays of keys, texts and types of attributes, and columns of the tables by their names
-- gives: assay_policy_suspect: whether scrubbing has to look closer, given all keys and all texts. assay_policy_clean: a text as it may be
--        stored, or '\0assay.drop.' and the name of a rule if its attribute is dropped; the key is empty for what is no attribute.
--        assay_policy_found: the rules that have left their masks in a text.
--        assay_policy_<resource|span|log|point>: (keys, texts, types) as they shall be. assay_policy_filter_<span|log|metric>: the name
--        of the filter that drops it, or nothing. assay_policy_stage: kept if nothing is sampled, else recent

CREATE OR REPLACE FUNCTION assay_policy_suspect AS (keys, texts) -> 0;

CREATE OR REPLACE FUNCTION assay_policy_clean AS (key, text) -> text;

CREATE OR REPLACE FUNCTION assay_policy_found AS (text) -> CAST([], 'Array(String)');

CREATE OR REPLACE FUNCTION assay_policy_resource AS (keys, texts, types) -> (keys, texts, types);

CREATE OR REPLACE FUNCTION assay_policy_span AS (keys, texts, types) -> (keys, texts, types);

CREATE OR REPLACE FUNCTION assay_policy_log AS (keys, texts, types) -> (keys, texts, types);

CREATE OR REPLACE FUNCTION assay_policy_point AS (keys, texts, types) -> (keys, texts, types);

CREATE OR REPLACE FUNCTION assay_policy_stage AS () -> 'kept';

CREATE OR REPLACE FUNCTION assay_policy_filter_span AS (ServiceName, SpanName, SpanKind, StatusCode, Duration, SpanAttributes, ResourceAttributes, ScopeName, TraceId, ParentSpanId) -> '';

CREATE OR REPLACE FUNCTION assay_policy_filter_log AS (ServiceName, SeverityNumber, SeverityText, Body, EventName, LogAttributes, ResourceAttributes, ScopeName, TraceId) -> '';

CREATE OR REPLACE FUNCTION assay_policy_filter_metric AS (ServiceName, MetricName, MetricUnit, ResourceAttributes, ScopeName) -> '';
