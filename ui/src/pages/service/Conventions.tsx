import { useAsk } from "@/api/client";
import { formatCount } from "@/format";
import { Panel } from "@/parts/Panel";
import { Empty } from "@/parts/states";
import { useRange } from "@/shell/range";
import { asParameters } from "@/time";

const SHOWN = 5;

/** How well a service's telemetry keeps to the conventions: its score, and what costs it most. */
export function Conventions({ service }: { service: string }) {
  const { range } = useRange();
  const asked = useAsk(
    "/api/v1/conventions",
    { query: { ...asParameters(range), service, max_spans: 5_000 } },
    { staleTime: 300_000 },
  );
  return (
    <Panel title="Conventions" asked={asked} lines={4}>
      {({ services }) => {
        const found = services.find(({ name }) => name === service);
        if (!found) return <Empty title="No telemetry to check in this time range" />;
        if (found.score === null) return <Empty title="No score">{found.why_no_score}</Empty>;
        const costly = found.results.filter(({ found }) => found > 0).slice(0, SHOWN);
        return (
          <div className="stack" style={{ gap: 10 }}>
            <div className="row">
              <span className="score number">{Math.floor(found.score * 10) / 10}</span>
              <span className="quiet">of 100, from {formatCount(found.looked_at)} spans</span>
            </div>
            {costly.length === 0 && <p className="good">Every rule that applies is kept.</p>}
            <ul className="stack" style={{ gap: 8 }}>
              {costly.map(({ rule, title, change, cost, offenders }) => (
                <li key={rule} className="finding">
                  <div className="row">
                    <strong className="grow">{title}</strong>
                    <span className="quiet number">−{cost < 0.1 ? "0.1" : cost.toFixed(1)}</span>
                  </div>
                  <p className="quiet">{change}</p>
                  {offenders[0] && (
                    <p className="mono cut" title={offenders[0].subject}>
                      {offenders[0].subject}
                    </p>
                  )}
                </li>
              ))}
            </ul>
          </div>
        );
      }}
    </Panel>
  );
}
