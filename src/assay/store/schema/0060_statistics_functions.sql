-- kind: functions
-- why: what a measure says of a few or many values: a median, how sure it is, and a share with its interval
-- reads: sorted arrays of numbers, and counts
-- gives: assay_quantiles: interpolated linearly between the two nearest values (Hyndman and Fan's type 7, which is SQL's PERCENTILE_CONT); none of no values.
--      assay_median_interval: the 95 % percentile interval of the bootstrap of a median, as infinitely many resamples would give it (Efron 1979):
--      the median of a resample of n values is at most the k-th one with the probability that a binomial variable of n and k / n is at
--      least half of n. So it is a pair of the values, found without drawing any: exactly up to 64 values, by the normal approximation above; for even n
--      it is the wider of the two middle values. No pair of less than two values.
--      assay_share_interval: the 95 % interval of a share (Wilson 1927), for a bootstrap of no failures would claim to be certain.

CREATE OR REPLACE FUNCTION assay_quantiles AS (sorted, levels) -> arrayMap((place, n) ->
    sorted[toUInt64(place) + 1] + (place - floor(place)) * (sorted[least(toUInt64(place) + 2, n)] - sorted[toUInt64(place) + 1]),
    arrayMap(level -> (length(sorted) - 1) * level, if(empty(sorted), [], levels)), arrayMap(level -> length(sorted), if(empty(sorted), [], levels)));

CREATE OR REPLACE FUNCTION assay_binomial_tail AS (n, least_hits, p) -> arraySum(hits ->
    exp(lgamma(n + 1) - lgamma(hits + 1) - lgamma(n - hits + 1)) * pow(p, hits) * pow(1 - p, n - hits), range(toUInt64(least_hits), toUInt64(n) + 1));

CREATE OR REPLACE FUNCTION assay_median_rank AS (n, middle, level, z) -> if(n > 64,
    toUInt64(greatest(1., least(toFloat64(n), ceil(middle - 0.5 + z * sqrt(n) / 2)))),
    arrayFirstIndex(k -> k = n OR assay_binomial_tail(n, middle, k / n) >= level, range(1, if(n > 64, 0, toUInt64(n)) + 1)));

CREATE OR REPLACE FUNCTION assay_median_interval AS (sorted) -> if(length(sorted) < 2, [], [
    sorted[assay_median_rank(length(sorted), intDiv(length(sorted) + 1, 2), 0.025, -1.959964)],
    sorted[assay_median_rank(length(sorted), intDiv(length(sorted), 2) + 1, 0.975, 1.959964)]]);

CREATE OR REPLACE FUNCTION assay_share_interval AS (hits, n) -> if(n = 0, [], arrayMap(sign -> greatest(0., least(1.,
    (hits + 1.920729 + sign * 1.959964 * sqrt(hits * (n - hits) / n + 0.960365)) / (n + 3.841459))), [-1, 1]))
