-- kind: view
-- why: a counter says how many there were until now; events are what came in between
-- reads: assay_event_points
-- gives: one row per data point that adds something: Happened events of Metric, and the Seconds that they took together. A counter that is
--        smaller than before has begun again. The first point of a series is where counting begins, unless the series is younger than a day

CREATE OR REPLACE VIEW assay_event_increments AS
WITH points AS
(
    SELECT
        Metric, Service, Environment, Version, Severity, Category, Series, Time, Start, toUnixTimestamp64Nano(Moment) != 0 AS IsDelta,
        toInt64(Value) AS Reached, Seconds,
        lagInFrame(toNullable(Reached)) OVER series AS ReachedBefore,
        lagInFrame(Seconds) OVER series AS SecondsBefore
    FROM assay_event_points FINAL
    WINDOW series AS (PARTITION BY Metric, Series ORDER BY Time, Start, Reached ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT
    Metric, Service, Environment, Version, Severity, Category, Series, Time,
    multiIf(IsDelta, Reached,
        isNull(ReachedBefore), if(toUnixTimestamp64Nano(Start) > 0 AND Time <= Start + INTERVAL 1 DAY, Reached, 0),
        Reached < ReachedBefore, Reached,
        Reached - assumeNotNull(ReachedBefore)) AS Happened,
    multiIf(IsDelta OR isNull(ReachedBefore) OR Reached < ReachedBefore, Seconds, Seconds - SecondsBefore) AS Took
FROM points
WHERE Happened > 0
