import { useAsk } from "@/api/client";
import { Badge } from "@/parts/Badge";
import { formatTime, milliseconds } from "@/time";

const REASONS = {
  root: "its root had ended",
  wait: "it had been waited for long enough",
  none: "nothing had to be decided",
};

/** Whether a trace stays, by which policy, or until when it can be seen. */
export function Decision({ traceId }: { traceId: string }) {
  const { data } = useAsk("/api/v1/traces/{trace_id}/decision", { path: { trace_id: traceId } });
  if (!data) return null;
  const until = data.visible_until ? formatTime(milliseconds(data.visible_until), Date.now(), "minute") : undefined;
  if (data.state === "kept")
    return (
      <Badge tone="accent" title={`Decided when ${REASONS[data.reason]}; stands for ${data.adjusted_count} traces`}>
        kept{data.policy && ` by ${data.policy}`}
      </Badge>
    );
  return (
    <Badge
      tone="warn"
      title={data.state === "waiting" ? "Nothing was decided yet" : `Decided when ${REASONS[data.reason]}`}
    >
      {data.state === "waiting" ? "not decided yet" : "not kept"}
      {until && `, seen until ${until}`}
    </Badge>
  );
}
