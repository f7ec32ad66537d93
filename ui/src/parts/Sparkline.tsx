/** A small line without axes: how a number went. A step without a value is a gap. */
export function Sparkline({
  values,
  label,
  width = 120,
  height = 26,
  top,
}: {
  values: (number | null)[];
  label: string;
  width?: number;
  height?: number;
  /** Where the axis ends; at the largest value if left out. */
  top?: number;
}) {
  const most = top ?? Math.max(...values.map((value) => value ?? 0), 0);
  const at = (place: number, value: number) =>
    `${((place / Math.max(values.length - 1, 1)) * (width - 4) + 2).toFixed(1)},${(height - 2 - (value / (most || 1)) * (height - 5)).toFixed(1)}`;
  const runs: string[][] = [[]];
  values.forEach((value, place) => {
    if (value == null) runs.push([]);
    else runs.at(-1)?.push(at(place, value));
  });
  return (
    <svg
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
      style={{ display: "block" }}
    >
      {runs
        .filter((run) => run.length)
        .map((run) =>
          run.length === 1 ? (
            <circle key={run[0]} cx={run[0]?.split(",")[0]} cy={run[0]?.split(",")[1]} r="1.6" fill="var(--series-1)" />
          ) : (
            <polyline
              key={run[0]}
              points={run.join(" ")}
              fill="none"
              stroke="var(--series-1)"
              strokeWidth="1.5"
              strokeLinejoin="round"
            />
          ),
        )}
    </svg>
  );
}
