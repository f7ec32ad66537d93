-- kind: functions
-- why: one reading of events for everything that makes or reads them
-- reads: attributes as the tables hold them
-- gives: the same as assay.core.events and the registry say: names of environments without capitals and aliases, lists that may be
--        a single text, and what an event is about

CREATE OR REPLACE FUNCTION assay_environment AS (name) -> transform(lower(name),
    ['prod', 'prd', 'live', 'stage', 'stg', 'preprod', 'pre-production', 'testing', 'qa', 'dev', 'local'],
    ['production', 'production', 'production', 'staging', 'staging', 'staging', 'staging', 'test', 'test', 'development', 'development'], lower(name));

CREATE OR REPLACE FUNCTION assay_list AS (text) -> multiIf(empty(text), [], startsWith(text, '['), JSONExtract(text, 'Array(String)'), [text]);

CREATE OR REPLACE FUNCTION assay_event_subject AS (name, attributes) -> attributes[transform(name,
    ['qms.change.committed', 'qms.deployment.finished', 'qms.incident.opened', 'qms.incident.resolved', 'qms.quality_gate.evaluated', 'qms.compliance.checked'],
    ['vcs.ref.head.revision', 'deployment.id', 'qms.incident.id', 'qms.incident.id', 'qms.quality_gate.evaluation_id', 'qms.compliance.check_id'], '')];

CREATE OR REPLACE FUNCTION assay_event_prefix AS (name) -> transform(name,
    ['qms.change.committed', 'qms.deployment.finished', 'qms.incident.opened', 'qms.incident.resolved', 'qms.quality_gate.evaluated', 'qms.compliance.checked', 'qms.audit.recorded'],
    ['change', 'deployment', 'incident.opened', 'incident.resolved', 'quality_gate', 'compliance', 'audit'], name);

-- 64 bits each, the first the most significant.
CREATE OR REPLACE FUNCTION assay_event_rank AS (revision, observed_nano, hash) ->
    bitShiftLeft(toUInt256(greatest(toInt64(revision), 0)), 128) + bitShiftLeft(toUInt256(greatest(toInt64(observed_nano), 0)), 64) + toUInt256(hash)
