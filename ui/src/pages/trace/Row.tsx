import { ChevronDown, ChevronRight } from "lucide-react";
import { type CSSProperties, memo, useSyncExternalStore } from "react";
import { formatCount, formatDuration } from "@/format";
import { serviceColour } from "@/parts/colours";
import { nanoseconds } from "@/time";
import type { Node, Segment } from "./model";

const NARROW = "(max-width: 720px)";
const INDENT_PIXELS = 14;
const DEEPEST_INDENT = 22;

const narrow = window.matchMedia(NARROW);

function listen(listener: () => void): () => void {
  narrow.addEventListener("change", listener);
  return () => narrow.removeEventListener("change", listener);
}

/** The height of a row in pixels: where there is little room, the bar is below the name. */
export function useRowHeight(): number {
  return useSyncExternalStore(listen, () => (narrow.matches ? 46 : 28));
}

/** One span in the waterfall: its name in the tree, and its bar in time with the critical path, events and records on it. */
export const Row = memo(function Row({
  node,
  top,
  span,
  segments,
  isClosed,
  isChosen,
  isAt,
  isFaint,
  turn,
  choose,
}: {
  node: Node;
  top: number;
  span: Segment;
  segments: Segment[] | undefined;
  isClosed: boolean;
  isChosen: boolean;
  isAt: boolean;
  isFaint: boolean;
  turn: (node: Node) => void;
  choose: (node: Node) => void;
}) {
  const { name, service, status, kind } = node.span;
  const failed = status === "error";
  const classes = ["span-row", isChosen && "chosen", isAt && "at", isFaint && "faint"].filter(Boolean).join(" ");
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree listens for keys
    // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus, and tells which item is meant
    <div
      id={`span-${node.key}`}
      className={classes}
      role="treeitem"
      aria-level={node.depth + 1}
      aria-selected={isChosen}
      aria-expanded={node.children.length ? !isClosed : undefined}
      style={{ top }}
      onClick={() => choose(node)}
    >
      <div className="span-name" style={{ paddingLeft: 6 + Math.min(node.depth, DEEPEST_INDENT) * INDENT_PIXELS }}>
        {node.children.length > 0 ? (
          <button
            type="button"
            className="turner"
            tabIndex={-1}
            aria-hidden
            onClick={(event) => {
              event.stopPropagation();
              turn(node);
            }}
          >
            {isClosed ? <ChevronRight size={13} /> : <ChevronDown size={13} />}
          </button>
        ) : (
          <span className="turner" />
        )}
        <span className="swatch" style={{ "--swatch": serviceColour(service), marginRight: 6 }} />
        <span className={failed ? "cut bad" : "cut"} title={`${service}: ${name} (${kind})`}>
          <span className="quiet">{service}</span> {name}
          {isClosed && <span className="quiet"> +{formatCount(node.below)}</span>}
          <span className="unseen">
            , {formatDuration(node.end - node.start)}
            {failed && ", error"}
          </span>
        </span>
      </div>
      <div className="span-time" aria-hidden>
        <Bar node={node} span={span} segments={segments} failed={failed} />
      </div>
    </div>
  );
});

function Bar({
  node,
  span,
  segments,
  failed,
}: {
  node: Node;
  span: Segment;
  segments: Segment[] | undefined;
  failed: boolean;
}) {
  const [from, to] = span;
  const place = (at: number) => ((at - from) / (to - from)) * 100;
  const left = place(node.start);
  const right = place(node.end);
  if (right < 0 || left > 100) return null;
  return (
    <>
      <div
        className={failed ? "span-bar failed" : "span-bar"}
        style={{ left: `${left}%`, width: `max(2px, ${right - left}%)`, background: serviceColour(node.span.service) }}
      />
      {segments?.map(([start, end]) => (
        <div
          key={start}
          className="span-critical"
          style={{ left: `${place(start)}%`, width: `max(1px, ${place(end) - place(start)}%)` }}
        />
      ))}
      <Dots node={node} place={place} />
      <span {...label(left, right)}>{formatDuration(node.end - node.start)}</span>
    </>
  );
}

/** Where a bar's duration stands: behind it, before it, or on it where it leaves no room. */
function label(left: number, right: number): { className: string; style: CSSProperties } {
  if (right < 82) return { className: "span-duration number", style: { left: `calc(${Math.max(right, 0)}% + 6px)` } };
  if (left > 18) return { className: "span-duration number", style: { right: `calc(${100 - left}% + 6px)` } };
  return { className: "span-duration number within", style: { right: `calc(${Math.max(100 - right, 0)}% + 6px)` } };
}

function Dots({ node, place }: { node: Node; place: (at: number) => number }) {
  if (!node.logs.length && !node.span.events.length) return null;
  const began = nanoseconds(node.span.start);
  const offset = (time: string) => node.start + Number(nanoseconds(time) - began);
  return (
    <>
      {node.logs.slice(0, 50).map((log) => (
        <span
          key={log.id + log.time}
          className={`span-dot log ${log.severity}`}
          style={{ left: `${place(offset(log.time))}%` }}
        />
      ))}
      {node.span.events.slice(0, 50).map((event) => (
        <span
          key={event.time + event.name}
          className={event.name === "exception" ? "span-dot error" : "span-dot"}
          style={{ left: `${place(offset(event.time))}%` }}
        />
      ))}
    </>
  );
}

/** The time axis above the rows. */
export function Ticks({ span: [from, to] }: { span: Segment }) {
  return (
    <div className="ticks" aria-hidden>
      <span className="span-name" />
      <div className="span-time">
        {[0, 1 / 3, 2 / 3, 1].map((part) => (
          <span key={part} className="number" style={{ left: `${part * 100}%` }}>
            {formatDuration(from + (to - from) * part)}
          </span>
        ))}
      </div>
    </div>
  );
}
