-- kind: check
-- why: telemetry of one environment is not spread over several spellings of it
-- next: set deployment.environment.name to a known one, or add this one to events.environments
-- reads: assay_service_metrics_hourly, the setting events.environments
-- gives: one row per service and environment that it names; finding is empty where the environment is a known one or an alias of it
SELECT
    ServiceName AS service, Environment AS environment, '' AS subject,
    if(has(splitByChar(',', {settings:Map(String, String)}['events.environments']), assay_environment(Environment)), '', 'not in events.environments') AS finding
FROM assay_service_metrics_hourly
WHERE Environment != '' AND Hour >= assay_time_from({start:Int64}, 3600) AND Hour < assay_time_until({end:Int64}, 3600)
GROUP BY ServiceName, Environment
