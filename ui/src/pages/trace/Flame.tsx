import { useMemo } from "react";
import { formatCount, formatDuration } from "@/format";
import { serviceColour } from "@/parts/colours";
import { type Group, groupByPath, type Node, type Tree } from "./model";

const ROW_PIXELS = 24;
// Narrower than that nothing can be read or pressed.
const LEAST = 0.002;

type Placed = { group: Group; left: number; width: number; depth: number };

/**
 * Where the time went: spans that are called alike on the way from the root are one bar, as wide as their time together. Children
 * that ran side by side are scaled to fit below their parent.
 */
export function Flame({ tree, choose }: { tree: Tree; choose: (node: Node) => void }) {
  const placed = useMemo(() => place(groupByPath(tree)), [tree]);
  const depth = placed.reduce((most, each) => Math.max(most, each.depth), 0);
  return (
    <section className="panel flame" aria-label="Flame view">
      <div style={{ position: "relative", height: (depth + 1) * ROW_PIXELS }}>
        {placed.map(({ group, left, width, depth }) => (
          <button
            key={group.path}
            type="button"
            className="flame-bar"
            title={describe(group)}
            style={{
              left: `${left * 100}%`,
              width: `${width * 100}%`,
              top: depth * ROW_PIXELS,
              borderTopColor: group.errors ? "var(--bad)" : serviceColour(group.service),
              background: `color-mix(in srgb, ${serviceColour(group.service)} 22%, var(--surface))`,
            }}
            onClick={() => choose(group.first)}
          >
            <span className="cut">
              <span className="unseen">{group.service} </span>
              {group.name} {group.count > 1 && <span className="quiet">×{formatCount(group.count)}</span>}
              <span className="unseen">, {describeTimes(group)}</span>
            </span>
          </button>
        ))}
      </div>
    </section>
  );
}

function describe(group: Group): string {
  const { service, name, count } = group;
  return `${service}: ${name}, ${count === 1 ? "once" : `${formatCount(count)} times`}, ${describeTimes(group)}`;
}

function describeTimes({ total, self, errors }: Group): string {
  return `${formatDuration(total)} in all, ${formatDuration(self)} itself${errors ? `, ${errors} failed` : ""}`;
}

function place(groups: Group[]): Placed[] {
  const placed: Placed[] = [];
  const open = [{ groups, left: 0, width: 1, whole: groups.reduce((sum, { total }) => sum + total, 0), depth: 0 }];
  while (open.length) {
    const { groups, left, width, whole, depth } = open.pop() as (typeof open)[number];
    const sum = Math.max(
      whole,
      groups.reduce((sum, { total }) => sum + total, 0),
      1,
    );
    let at = left;
    for (const group of groups) {
      const wide = (group.total / sum) * width;
      if (wide < LEAST) continue;
      placed.push({ group, left: at, width: wide, depth });
      open.push({ groups: group.children, left: at, width: wide, whole: group.total, depth: depth + 1 });
      at += wide;
    }
  }
  return placed;
}
