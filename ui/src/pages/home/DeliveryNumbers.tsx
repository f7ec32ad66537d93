import { useAsk } from "@/api/client";
import type { Measured } from "@/api/types";
import { formatCount, formatDuration, formatShare } from "@/format";
import { Badge, type Tone } from "@/parts/Badge";
import { Panel } from "@/parts/Panel";
import { Empty } from "@/parts/states";

type Shown = { metric: string; label: string; format: (value: number | null) => string };

const SHOWN: Shown[] = [
  { metric: "deployments_per_day", label: "Deployments per day", format: formatCount },
  { metric: "change_lead_time", label: "Lead time of changes", format: formatSeconds },
  { metric: "change_failure_rate", label: "Deployments that failed", format: formatShare },
  { metric: "failed_deployment_recovery_time", label: "Recovery of failed ones", format: formatSeconds },
];

const TONES: Record<string, Tone> = { elite: "good", high: "good", medium: "warn", low: "bad" };

function formatSeconds(seconds: number | null): string {
  return formatDuration(seconds === null ? null : seconds * 1e9);
}

/** The four DORA numbers of the last 30 days, of all services together. */
export function DeliveryNumbers() {
  const asked = useAsk("/api/v1/dora", {
    query: { window: 30, by: "environment", time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone },
  });
  return (
    <Panel title="Delivery in 30 days" asked={asked} flush lines={2}>
      {({ groups }) => {
        const group = groups[0];
        if (!group)
          return (
            <Empty title="No deployment is known yet">
              Tell Assay of one with <code>assay deployment finished</code>, or by a webhook of your pipeline.
            </Empty>
          );
        return (
          <div className="columns" style={{ "--least": "160px", gap: 0 }}>
            {SHOWN.map(({ metric, label, format }) => {
              const measured = group.metrics[metric];
              return (
                measured && <Figure key={metric} label={label} measured={measured} value={format(measured.value)} />
              );
            })}
          </div>
        );
      }}
    </Panel>
  );
}

function Figure({ label, measured, value }: { label: string; measured: Measured; value: string }) {
  const { band, trend, n } = measured;
  return (
    <div className="figure">
      <span className="label">{label}</span>
      <span className="value">{value}</span>
      <span className="row wrap">
        {band && <Badge tone={TONES[band] ?? "plain"}>{band}</Badge>}
        {trend && trend !== "unclear" && <span className={trend === "better" ? "good" : "bad"}>{trend}</span>}
        <span className="quiet">{n === 0 ? "no data" : `of ${formatCount(n)}`}</span>
      </span>
    </div>
  );
}
