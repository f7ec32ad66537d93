-- kind: question
-- why: facts are worked out again when events have come since
-- reads: system.parts, assay_concluded_events
-- gives: one row. stamp changes with every insert into assay_delivery, and with what is concluded, and is left alone by merges. generations are those
--        that are there, complete or not.
SELECT
    concat(
        toString((SELECT if(count() = 0, 0, max(max_block_number) + 1) FROM system.parts WHERE database = currentDatabase() AND table = 'assay_delivery' AND active)), '/',
        toString((SELECT sum(sipHash64(EventId, Time, Status, Seconds)) FROM assay_concluded_events))) AS stamp,
    (SELECT groupUniqArray(toUInt64(partition)) FROM system.parts WHERE database = currentDatabase() AND table = 'assay_delivery_facts' AND active) AS generations
