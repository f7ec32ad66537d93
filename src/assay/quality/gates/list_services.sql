-- kind: measure
-- why: whoever wrote the name of a service wrong is shown the right one
-- reads: assay_service_metrics_hourly
-- gives: the names of at most 10000 services of which spans are stored
SELECT DISTINCT toString(ServiceName) AS service FROM assay_service_metrics_hourly ORDER BY service LIMIT 10000
