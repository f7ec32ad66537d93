-- kind: question
-- why: a span is in otel_traces when its trace is decided, so an exporter of what is kept waits for the decisions
-- reads: otel_traces_recent, assay_sampling_passes
-- gives: how many stored spans of the hot window have batches that are not copied yet, and the first such batch
SELECT count() AS Waiting, min(Batch) AS First
FROM otel_traces_recent
WHERE Batch > (SELECT max(Copied) FROM assay_sampling_passes WHERE Done) AND Batch <= {committed:UInt64}
