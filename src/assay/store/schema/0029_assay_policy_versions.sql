-- kind: table
-- why: which policies were in force when, and what could be fallen back on; what a policy meant can be read as SQL long after
-- reads: the policy keeper
-- gives: one row each time that other policies come into force: what was written, as JSON, and the statements that it was compiled to

CREATE TABLE IF NOT EXISTS assay_policy_versions
(
    AppliedAt DateTime64(6) CODEC(Delta, ZSTD(1)),
    Version String CODEC(ZSTD(1)),
    Document String CODEC(ZSTD(1)),
    Statements Array(String) CODEC(ZSTD(1))
)
ENGINE = MergeTree
ORDER BY AppliedAt
