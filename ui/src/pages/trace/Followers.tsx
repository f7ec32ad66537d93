import { Link } from "@tanstack/react-router";
import type { Follower } from "@/api/types";
import { formatDuration } from "@/format";
import { serviceColour } from "@/parts/colours";
import { nanoseconds } from "@/time";

/** Spans of other traces that link to this one, as those of a consumer do: what followed from it. `start` is that of the trace. */
export function Followers({ followers, start }: { followers: Follower[]; start: bigint }) {
  return (
    <ul className="stack" style={{ gap: 6 }}>
      {followers.map((follower) => (
        <li key={`${follower.to_span_id} ${follower.trace_id} ${follower.span_id}`} className="row">
          <span className="swatch" style={{ "--swatch": serviceColour(follower.service), margin: 0 }} />
          <Link
            to="/traces/$traceId"
            params={{ traceId: follower.trace_id }}
            search={{ span: follower.span_id }}
            className="breakable"
          >
            <span className="quiet">{follower.service}</span> {follower.name}
          </Link>
          <span className="quiet number">{offset(follower, start)}</span>
        </li>
      ))}
    </ul>
  );
}

/** When it began, seen from the start of the trace; clocks may differ, and links may be to what came later. */
function offset(follower: Follower, start: bigint): string {
  const after = Number(nanoseconds(follower.start) - start);
  return `${after < 0 ? "" : "+"}${formatDuration(after)}`;
}
