import type { components } from "@/api/schema";
import { formatCount, formatShare } from "@/format";
import "./comparison.css";

type Comparison = components["schemas"]["Comparison"];
type Spread = components["schemas"]["Spread"];

/** What a test compared: both sides with their counts, how many times as bad one is with its interval, and distributions. */
export function ComparisonFigure({
  label,
  comparison,
  format,
  against,
}: {
  label: string;
  comparison: Comparison;
  /** How values are shown: shares of 1, per second, or seconds. */
  format: (value: number) => string;
  /** What it was held against, in words. */
  against: string;
}) {
  const { value, baseline, n, n_baseline, effect, spread, method } = comparison;
  const sides = [
    { name: "candidate", value, n, className: "candidate" },
    { name: against, value: baseline, n: n_baseline, className: "baseline" },
  ];
  const most = Math.max(value ?? 0, baseline ?? 0) || 1;
  return (
    <figure className="tested" aria-label={label}>
      <div className="tested-sides">
        {sides.map((side) => (
          <div key={side.className} className="tested-side">
            <span className="cut">{side.name}</span>
            <span className="tested-bar">
              <span className={side.className} style={{ width: `${(100 * (side.value ?? 0)) / most}%` }} />
            </span>
            <strong className="number">{side.value == null ? "–" : format(side.value)}</strong>
            <span className="quiet number">{counted(side.value, side.n, method)}</span>
          </div>
        ))}
      </div>
      <Ratio comparison={comparison} />
      {effect != null && (
        <p className="quiet small-text">
          Of a request of each side, that of the candidate takes longer in {formatShare(effect)} of all pairs; 50 % is
          no difference.
        </p>
      )}
      {spread && <Distributions spread={spread} comparison={comparison} format={format} against={against} />}
    </figure>
  );
}

/** How many requests a side had, and for shares how many of them were counted. */
function counted(value: number | null, n: number, method: string): string {
  if (method === "conditional_binomial") return `${formatCount(n)} requests`;
  if (value !== null && ["fisher_exact", "berger_boos"].includes(method))
    return `${formatCount(Math.round(value * n))} of ${formatCount(n)}`;
  return `of ${formatCount(n)} requests`;
}

/** The ratio with its interval on a scale of factors: 1 is no difference, the tolerance is what is allowed. */
function Ratio({ comparison }: { comparison: Comparison }) {
  const { ratio, interval, tolerance = 0, outcome } = comparison;
  if (ratio == null || interval == null) return null;
  const [low, high] = interval;
  const allowed = 1 + tolerance;
  const known = [low, high, ratio, 1, allowed].filter((each): each is number => each != null && each > 0);
  const most = Math.min(Math.max(...known, 1.25) * 1.15, 1000);
  const least = Math.max(Math.min(...known, 0.8) / 1.15, 0.001);
  const place = (factor: number) =>
    Math.min(100, Math.max(0, (100 * Math.log(factor / least)) / Math.log(most / least)));
  const from = low != null && low > 0 ? place(low) : 0;
  const to = high != null && high > 0 ? place(high) : 100;
  const words = `${factor(ratio)} times as bad, with 95 % chance ${factor(low ?? 0)} ${high == null ? "and more" : `to ${factor(high)}`}`;
  return (
    <div className="tested-ratio">
      <span className="quiet small-text">{words}</span>
      <div className={`scale ${outcome === "worse" ? "bad" : ""}`} role="img" aria-label={words}>
        <span className="mark" style={{ left: `${place(1)}%` }}>
          <span>same</span>
        </span>
        {tolerance > 0 && (
          <span className="mark allowed" style={{ left: `${place(allowed)}%` }}>
            <span>allowed</span>
          </span>
        )}
        <span className="whisker" style={{ left: `${from}%`, width: `${Math.max(to - from, 0.5)}%` }} />
        <span className="point" style={{ left: `${place(ratio > 0 ? ratio : least)}%` }} />
      </div>
    </div>
  );
}

function factor(value: number): string {
  return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}

const HEIGHT = 100;

/** Both distributions of durations over one axis of factors, with the values that were compared. */
function Distributions({
  spread,
  comparison,
  format,
  against,
}: {
  spread: Spread;
  comparison: Comparison;
  format: (value: number) => string;
  against: string;
}) {
  const { bounds, candidate, baseline, levels } = spread;
  const [first = 1, last = 1] = [bounds[0], bounds.at(-1)];
  const most = Math.max(...candidate, ...baseline, 0.001);
  const place = (value: number) =>
    Math.min(100, Math.max(0, (100 * Math.log(Math.max(value, first) / first)) / Math.log(last / first)));
  const steps = (shares: number[]) =>
    `M0,${HEIGHT} ${shares.map((share, bin) => `V${(HEIGHT * (1 - (0.94 * share) / most)).toFixed(2)} H${(((bin + 1) * 100) / shares.length).toFixed(2)}`).join(" ")} V${HEIGHT} Z`;
  const said = levels
    .map((each) => `${formatShare(each.level)}: ${format(each.candidate)} and ${format(each.baseline)}`)
    .join("; ");
  const marks = [
    { className: "candidate", value: comparison.value },
    { className: "baseline", value: comparison.baseline },
  ];
  return (
    <div className="tested-spread">
      <div className="plot" role="img" aria-label={`Durations of candidate and ${against}. ${said}`}>
        <svg viewBox={`0 0 100 ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          <path className="baseline" d={steps(baseline)} />
          <path className="candidate" d={steps(candidate)} />
        </svg>
        {marks.map(
          ({ className, value }) =>
            value !== null && (
              <span key={className} className={`mark ${className}`} style={{ left: `${place(value)}%` }} />
            ),
        )}
      </div>
      <div className="axis quiet small-text number" aria-hidden="true">
        {[0, 1, 2, 3, 4].map((tick) => (
          <span key={tick}>{format(first * (last / first) ** (tick / 4))}</span>
        ))}
      </div>
      <table className="levels number">
        <thead>
          <tr>
            <th>Share of requests</th>
            {levels.map(({ level }) => (
              <th key={level}>{formatShare(level)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th>
              <span className="key candidate" />
              candidate
            </th>
            {levels.map((each) => (
              <td key={each.level}>{format(each.candidate)}</td>
            ))}
          </tr>
          <tr>
            <th>
              <span className="key baseline" />
              <span className="cut">{against}</span>
            </th>
            {levels.map((each) => (
              <td key={each.level}>{format(each.baseline)}</td>
            ))}
          </tr>
        </tbody>
      </table>
    </div>
  );
}
