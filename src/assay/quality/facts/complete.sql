-- kind: facts
-- why: nobody reads a generation that is only half there
-- reads: nothing
-- gives: assay_delivery_facts, the row that says that generation {generation:UInt64} is complete
INSERT INTO assay_delivery_facts (Generation, Fact) SELECT {generation:UInt64}, 'complete'
