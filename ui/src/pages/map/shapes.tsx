import { Database, Globe, Layers } from "lucide-react";
import type { KeyboardEvent } from "react";
import { formatRate, formatShare } from "@/format";
import { serviceColour } from "@/parts/colours";
import { LABEL, NODE_HEIGHT, type PlacedEdge, type PlacedNode } from "./layout";
import { edgeSentence, edgeWords, HEALTH, healthOf, keyOf } from "./model";

type Pointed = { isFaint: boolean; isChosen: boolean; choose: () => void; over: (is: boolean) => void };

/** What stands for what sends no spans itself. */
export const ICONS = { database: Database, queue: Layers, external: Globe };
/** What the kinds of nodes are, for people. */
export const KINDS: Record<string, string> = {
  service: "service",
  database: "database",
  queue: "queue",
  external: "external: sends no spans",
};

/** An arrow from caller to callee, as wide as it is frequent, with its numbers. Its ends and the table have it for the keyboard. */
export function EdgeShape({
  placed: { edge, path, at },
  seconds,
  weight,
  isFaint,
  isChosen,
  choose,
  over,
}: Pointed & { placed: PlacedEdge; seconds: number; weight: number }) {
  const health = healthOf(edge);
  const words = edgeWords(edge, seconds);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the panel of a node and the table have each edge as a button
    <g
      className={`edge ${health}${isFaint ? " faint" : ""}${isChosen ? " chosen" : ""}`}
      onClick={choose}
      onPointerEnter={() => over(true)}
      onPointerLeave={() => over(false)}
    >
      <title>{`${edgeSentence(edge, seconds)} (${HEALTH[health]})`}</title>
      <path className="hit" d={path} />
      <path className="line" d={path} strokeWidth={1.2 + 2.4 * Math.sqrt(weight)} markerEnd={`url(#arrow-${health})`} />
      <rect
        className="label"
        x={at.x - LABEL.width / 2}
        y={at.y - 7.5 * words.length - 1}
        width={LABEL.width}
        height={15 * words.length + 2}
        rx="4"
      />
      {words.map((line, place) => (
        <text
          key={line}
          className={place ? "failing" : ""}
          x={at.x}
          y={at.y + 4 + 14 * (place - (words.length - 1) / 2)}
          textAnchor="middle"
        >
          {line}
        </text>
      ))}
    </g>
  );
}

/** A node in the shape of its kind, with its name, how much is asked of it and how often that fails. */
export function NodeShape({
  placed: { node, x, y, width },
  seconds,
  isFaint,
  isChosen,
  isCurrent,
  choose,
  over,
  focus,
}: Pointed & { placed: PlacedNode; seconds: number; isCurrent: boolean; focus: () => void }) {
  const { name, kind, calls, errors } = node;
  const health = healthOf(node);
  const Icon = ICONS[kind as keyof typeof ICONS];
  const asked = calls
    ? `${formatRate(calls / seconds)}${errors ? ` · ${formatShare(errors / calls)} errors` : ""}`
    : kind;
  const dip = kind === "database" ? 2 : 0;
  const room = Math.floor((width - 44) / 6.9);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a drawing has no buttons
    <g
      className={`node ${kind} ${health}${isFaint ? " faint" : ""}${isChosen ? " chosen" : ""}`}
      transform={`translate(${(x - width / 2).toFixed(1)},${(y - NODE_HEIGHT / 2).toFixed(1)})`}
      role="button"
      tabIndex={isCurrent ? 0 : -1}
      aria-pressed={isChosen}
      aria-label={`${name} ${asked}, ${calls ? `${kind}, ${HEALTH[health]}` : "nothing asked of it"}`}
      data-key={keyOf(node)}
      onClick={choose}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        choose();
      }}
      onFocus={focus}
      onBlur={() => over(false)}
      onPointerEnter={() => over(true)}
      onPointerLeave={() => over(false)}
    >
      <title>{`${name}: ${asked} (${KINDS[kind] ?? kind})`}</title>
      <Outline kind={kind} width={width} />
      {Icon ? (
        <Icon x={12} y={14 + dip} width={16} height={16} aria-hidden className="icon" />
      ) : (
        <rect x={13} y={17} width={10} height={10} rx="2.5" fill={serviceColour(name)} />
      )}
      <text>
        <tspan className="name" x={34} y={19 + dip}>
          {name.length > room ? `${name.slice(0, room - 1)}…` : name}
        </tspan>{" "}
        <tspan className={errors ? "asked failing" : "asked"} x={34} y={34 + dip}>
          {asked}
        </tspan>
      </text>
    </g>
  );
}

/** Services are boxes, databases are barrels, queues have round ends, and what else sends no spans has a broken line. */
function Outline({ kind, width }: { kind: string; width: number }) {
  const height = NODE_HEIGHT;
  if (kind === "database") {
    const dip = 5;
    return (
      <>
        <path
          className="shape"
          d={`M0,${dip} A${width / 2},${dip} 0 0 1 ${width},${dip} V${height - dip} A${width / 2},${dip} 0 0 1 0,${height - dip} Z`}
        />
        <path className="lid" d={`M0,${dip} A${width / 2},${dip} 0 0 0 ${width},${dip}`} />
      </>
    );
  }
  return <rect className="shape" width={width} height={height} rx={kind === "queue" ? height / 2 : 7} />;
}
