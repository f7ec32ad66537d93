import { useMemo } from "react";
import { formatDuration, formatShare } from "@/format";
import { serviceColour } from "@/parts/colours";
import { type Node, type Segment, shareOf } from "./model";

const SHOWN = 5;

/** What the trace waited for, by service: a strip of shares of its critical path. */
export function CriticalShares({ path }: { path: Map<Node, Segment[]> }) {
  const shares = useMemo(() => shareOf(path, ({ span }) => span.service), [path]);
  const total = shares.reduce((sum, { time }) => sum + time, 0);
  if (total === 0) return null;
  return (
    <section aria-label="Critical path" className="critical">
      <div className="row wrap small-text" style={{ gap: "2px 14px" }}>
        <strong>Critical path</strong>
        {shares.slice(0, SHOWN).map(({ name, time }) => (
          <span key={name} title={formatDuration(time)}>
            <span className="swatch" style={{ "--swatch": serviceColour(name) }} />
            {name} <span className="quiet number">{formatShare(time / total)}</span>
          </span>
        ))}
      </div>
      <div className="strip" aria-hidden>
        {shares.map(({ name, time }) => (
          <span key={name} style={{ width: `${(time / total) * 100}%`, background: serviceColour(name) }} />
        ))}
      </div>
    </section>
  );
}
