import { Link } from "@tanstack/react-router";
import { useAsk } from "@/api/client";
import { LogLines } from "@/parts/LogLines";
import { Panel } from "@/parts/Panel";
import { Empty } from "@/parts/states";
import { useRange } from "@/shell/range";
import { asParameters } from "@/time";

/** The newest log records of a service. */
export function RecentLogs({ service }: { service: string }) {
  const { range, refetchInterval } = useRange();
  const asked = useAsk(
    "/api/v1/logs",
    { query: { ...asParameters(range), service, kind: "record", limit: 20 } },
    { refetchInterval },
  );
  return (
    <Panel
      title="Recent logs"
      asked={asked}
      flush
      lines={6}
      actions={
        <Link to="/logs" search={{ service, kind: "record" }} className="button plain small">
          All its logs
        </Link>
      }
    >
      {({ logs }) =>
        logs.length ? <LogLines logs={logs} withTrace /> : <Empty title="No log records in this time range" />
      }
    </Panel>
  );
}
