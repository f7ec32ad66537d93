import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { usePages } from "@/api/client";
import type { TraceSummary } from "@/api/types";
import { useNow } from "@/parts/now";
import { Frame, Panel } from "@/parts/Panel";
import { Empty } from "@/parts/states";
import { Page } from "@/shell/Page";
import { useRange } from "@/shell/range";
import { bounds, milliseconds, rangeBetween } from "@/time";
import { Filters } from "./Filters";
import { Results } from "./Results";
import { Scatter } from "./Scatter";
import { askTraces, type Box, type TraceSearch } from "./search";
import "./traces.css";

const PAGE = 200;

/** The search for traces: filters, a scatter of durations to draw on, and the list. */
export function Traces() {
  const search = useSearch({ from: "/traces" });
  const navigate = useNavigate({ from: "/traces" });
  const { range, setRange, refetchInterval } = useRange();
  const now = useNow();
  const asked = usePages("/api/v1/traces", askTraces(search, range, PAGE), { refetchInterval });
  const traces = useMemo(() => asked.data?.flatMap((page) => page.traces) ?? [], [asked.data]);
  const span = useMemo(() => bounds(range, now), [range, now]);
  const shown = search.box ? traces.filter((trace) => isIn(trace, search.box as Box)) : traces;
  const change = (made: Partial<TraceSearch>) =>
    navigate({ search: (before) => ({ ...before, box: undefined, ...made, ...tidy(made) }) });
  const open = ({ trace_id }: TraceSummary) => navigate({ to: "/traces/$traceId", params: { traceId: trace_id } });
  return (
    <Page title="Traces">
      <Filters search={search} change={change} />
      <Frame
        title="Durations"
        questions={[asked.question]}
        actions={<BoxActions box={search.box} change={change} zoom={setRange} />}
      >
        <Scatter traces={traces} span={span} box={search.box} choose={(box) => change({ box })} open={open} />
      </Frame>
      <Panel title={heading(traces.length, shown.length, asked.more !== undefined)} asked={asked} flush lines={8}>
        {() =>
          shown.length ? (
            <>
              <Results traces={shown} />
              {asked.more && (
                <button type="button" className="button plain more" onClick={asked.more}>
                  {asked.isFetchingNextPage ? "Loading" : `${PAGE} older ones`}
                </button>
              )}
            </>
          ) : (
            <Empty title={traces.length ? "No trace in the part that is drawn" : "No trace meets all conditions"}>
              {traces.length
                ? "Draw another one, or clear it."
                : "Take a condition away or choose a longer time range. A trace can be searched about a second after it was sent."}
            </Empty>
          )
        }
      </Panel>
    </Page>
  );
}

function heading(all: number, shown: number, more: boolean): string {
  if (shown < all) return `${shown} of ${all} traces`;
  return all === 1 ? "1 trace" : more ? `The newest ${all} traces` : `${all} traces`;
}

function tidy(made: Partial<TraceSearch>): Partial<TraceSearch> {
  return made.attribute?.length === 0 ? { attribute: undefined } : {};
}

function isIn({ start, duration_ns }: TraceSummary, [from, to, shortest, longest]: Box): boolean {
  const at = milliseconds(start);
  return at >= from && at <= to && duration_ns >= shortest && duration_ns <= longest;
}

function BoxActions({
  box,
  change,
  zoom,
}: {
  box: Box | undefined;
  change: (made: Partial<TraceSearch>) => void;
  zoom: (range: { from: string; to?: string }) => void;
}) {
  if (!box) return <span className="quiet small-text">draw to choose a part</span>;
  return (
    <>
      <button
        type="button"
        className="button plain small"
        onClick={() => zoom(rangeBetween(box[0], box[1]) as { from: string })}
      >
        Zoom to its time
      </button>
      <button type="button" className="button plain small" onClick={() => change({ box: undefined })}>
        Clear
      </button>
    </>
  );
}
