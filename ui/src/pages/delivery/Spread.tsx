import type { CSSProperties } from "react";
import { TONES, type Zone } from "./bands";

/** Per cent of the scale that a word needs. */
const LEGIBLE = 11;

type Props = {
  value: number;
  zones: Zone[];
  interval: number[] | null | undefined;
  distribution: Record<string, number> | null | undefined;
  format: (value: number) => string;
  /** Times differ by orders of magnitude: each gets as much room. */
  log: boolean;
};

/** How values lie on the scale of the bands: from the least to the greatest, the middle half, the median and its interval. */
export function Spread({ value, zones, interval, distribution, format, log }: Props) {
  const { min = value, max = value, p25, p75, p90, p95 } = distribution ?? {};
  const limits = zones.flatMap(({ from, to }) => [from, to]).filter((limit) => limit > 0 && Number.isFinite(limit));
  const place = scale([min, max, value, ...(interval ?? []), ...limits], log);
  const at = (from: number, to = from): CSSProperties => ({
    left: `${place(from)}%`,
    ...(to === from ? {} : { width: `${Math.max(place(to) - place(from), 0.4)}%` }),
  });
  const said = [
    distribution && `from ${format(min)} to ${format(max)}`,
    p25 !== undefined && p75 !== undefined && `half of all between ${format(p25)} and ${format(p75)}`,
    `median ${format(value)}`,
  ].filter(Boolean);
  return (
    <div className="spread">
      <div className="scale" role="img" aria-label={(distribution ? said : [format(value)]).join(", ")}>
        {distribution && <span className="whisker" style={at(min, max)} title={said[0] || undefined} />}
        {p25 !== undefined && p75 !== undefined && (
          <span className="half" style={at(p25, p75)} title={`Half of all: ${format(p25)} to ${format(p75)}`} />
        )}
        {p90 !== undefined && <span className="tick" style={at(p90)} title={`p90: ${format(p90)}`} />}
        {p95 !== undefined && <span className="tick" style={at(p95)} title={`p95: ${format(p95)}`} />}
        {interval && (
          <span
            className="interval"
            style={at(interval[0] ?? value, interval[1] ?? value)}
            title={`95 % interval: ${format(interval[0] ?? value)} to ${format(interval[1] ?? value)}`}
          />
        )}
        <span className="value-mark" style={at(value)} title={format(value)} />
      </div>
      <div className="zones">
        {zones.map(({ band, from, to }) => (
          <span key={from} className={`zone ${TONES[band] ?? "plain"}`} style={at(from, to)} title={band}>
            {place(to) - place(from) >= LEGIBLE && <span className="cut">{band}</span>}
          </span>
        ))}
      </div>
      <div className="limits" aria-hidden>
        {[...new Set(limits.length ? limits : [min, max])].map((limit) => (
          <span key={limit} style={at(limit)}>
            {format(limit)}
          </span>
        ))}
      </div>
    </div>
  );
}

/** Where a value is on the scale, in per cent of its length. */
function scale(values: number[], log: boolean): (value: number) => number {
  const shape = (value: number) => (log ? Math.log(Math.max(value, 1)) : value);
  const from = log ? shape(Math.min(...values.filter((value) => value > 0)) / 1.5) : 0;
  const to = shape(Math.max(...values) * (log ? 1.5 : 1.25)) || 1;
  return (value) => Math.min(100, Math.max(0, ((shape(value) - from) / (to - from)) * 100));
}
