-- kind: check
-- why: what is said to be deployed is seen to run
-- next: set service.version of the telemetry to the version that is deployed, and see whether the service runs
-- reads: assay_event_records, assay_service_versions
-- gives: one row per reported deployment to production that succeeded, names a version and is older than an hour, with its id; finding is empty where telemetry of that
--        version came afterwards
SELECT
    toString(deployed.Service) AS service, 'production' AS environment, deployed.Subject AS subject,
    if(seen.last >= deployed.Time, '', concat('no telemetry of version ', deployed.Version, ' came afterwards')) AS finding
FROM (SELECT * FROM assay_event_records FINAL WHERE NOT Retracted AND EventName = 'qms.deployment.finished') AS deployed
LEFT JOIN (SELECT toString(Service) AS service, toString(Version) AS version, max(Last) AS last FROM assay_service_versions GROUP BY service, version) AS seen
    ON seen.service = toString(deployed.Service) AND seen.version = toString(deployed.Version)
WHERE deployed.Environment = 'production' AND deployed.Status = 'succeeded' AND deployed.Version != ''
    AND deployed.Time >= fromUnixTimestamp64Nano({start:Int64}) AND deployed.Time < fromUnixTimestamp64Nano({end:Int64}) - INTERVAL 1 HOUR
