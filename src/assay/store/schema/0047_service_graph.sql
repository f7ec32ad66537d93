-- kind: view and table
-- why: the graph by the hour follows the one by the minute; a range of batches that was begun is repeated after a crash and never changed
-- reads: assay_service_graph
-- gives: assay_service_graph_hourly. assay_service_graph_ranges has each range of batches before it is derived, under a number of parts
CREATE MATERIALIZED VIEW IF NOT EXISTS assay_service_graph_hourly_mv TO assay_service_graph_hourly AS
SELECT
    toStartOfHour(Minute, 'UTC') AS Hour, Caller, CallerKind, Callee, CalleeKind, Environment,
    sum(Calls) AS Calls, sum(Errors) AS Errors, sum(DurationSum) AS DurationSum, sumMap(Durations) AS Durations
FROM assay_service_graph
GROUP BY Hour, Caller, CallerKind, Callee, CalleeKind, Environment;

CREATE TABLE IF NOT EXISTS assay_service_graph_ranges
(
    After UInt64,
    Last UInt64,
    Parts UInt64
)
ENGINE = ReplacingMergeTree(Last)
ORDER BY tuple()
SETTINGS fsync_after_insert = 1
