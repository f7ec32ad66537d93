-- kind: question
-- why: facts are worked out again when events have come since
-- reads: system.parts
-- gives: one row. stamp grows with every insert into assay_delivery and is left alone by merges; generations are those that are there, complete or not
SELECT
    (SELECT if(count() = 0, 0, max(max_block_number) + 1) FROM system.parts WHERE database = currentDatabase() AND table = 'assay_delivery' AND active) AS stamp,
    (SELECT groupUniqArray(toUInt64(partition)) FROM system.parts WHERE database = currentDatabase() AND table = 'assay_delivery_facts' AND active) AS generations
