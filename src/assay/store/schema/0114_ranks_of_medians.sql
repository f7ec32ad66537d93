-- kind: functions
-- why: the ranks that bound the median of a few values are the same for every set of so many values; summing binomial probabilities for each group took
--      longer than reading a year of events
-- reads: sorted arrays of numbers
-- gives: assay_median_interval as 0060_statistics_functions.sql defines it, from the rank of its lower bound, which assay_median_rank has in a table for up to 64 values:
--      the least k with P(binomial(n, k / n) >= half of n) >= 2.5 %. The upper bound is as far from the other end

CREATE OR REPLACE FUNCTION assay_median_rank AS n -> if(n > 64, toUInt64(ceil(intDiv(n + 1, 2) - 0.5 - 1.959964 * sqrt(n) / 2)), [
    1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 4, 4, 4, 5, 5, 6, 6, 7, 7, 8, 7, 8, 8, 9, 9, 10, 10, 11, 11,
    12, 12, 12, 12, 13, 13, 14, 14, 15, 15, 16, 16, 17, 17, 17, 17, 18, 18, 19, 19, 20, 20, 21, 21, 22, 22, 23, 23, 23, 23, 24, 24][n]);

CREATE OR REPLACE FUNCTION assay_median_interval AS sorted -> if(length(sorted) < 2, [],
    [sorted[assay_median_rank(length(sorted))], sorted[length(sorted) + 1 - assay_median_rank(length(sorted))]]);

DROP FUNCTION IF EXISTS assay_binomial_tail
