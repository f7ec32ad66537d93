import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { formatCount } from "@/format";
import { Find } from "./Find";
import { listRows, matches, type Node, type Segment, type Tree } from "./model";
import { Overview } from "./Overview";
import { Row, Ticks, useRowHeight } from "./Row";
import type { TraceView } from "./view";

// More than that is not looked at row by row: the parts that are of interest are opened.
const OPEN_AT_FIRST = 2_000;

/**
 * The spans of a trace as rows on one time axis. Only the rows in sight exist, so ten thousand spans are as quick as ten.
 * Arrows go up and down, left and right close and open, Enter chooses.
 */
export function Waterfall({
  tree,
  path,
  view,
  change,
  choose,
}: {
  tree: Tree;
  path: Map<Node, Segment[]>;
  view: TraceView;
  change: (made: TraceView) => void;
  choose: (node: Node | undefined) => void;
}) {
  const [collapsed, setCollapsed] = useState<ReadonlySet<number>>(() => collapsedAtFirst(tree, view.span));
  const rows = useMemo(() => listRows(tree, collapsed), [tree, collapsed]);
  const found = useMemo(
    () => (view.find ? tree.nodes.filter((node) => matches(node, view.find ?? "")) : undefined),
    [tree, view.find],
  );
  const foundKeys = useMemo(() => found && new Set(found.map(({ key }) => key)), [found]);
  const box = useRef<HTMLDivElement>(null);
  const height = useRowHeight();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => height,
    overscan: 12,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: heights are measured anew when they change
  useEffect(() => virtual.measure(), [height]);
  const chosen = view.span ? tree.byId.get(view.span) : undefined;
  const [at, setAt] = useState<Node | undefined>(chosen ?? rows[0]);
  const span = useMemo<Segment>(
    () => (view.zoom ? [view.zoom[0] * 1e3, view.zoom[1] * 1e3] : [0, tree.duration || 1]),
    [view.zoom, tree],
  );

  const show = (node: Node) => {
    setAt(node);
    const opened = new Set(collapsed);
    for (let above = node.parent; above; above = above.parent) opened.delete(above.key);
    const all = opened.size === collapsed.size ? rows : listRows(tree, opened);
    if (opened.size !== collapsed.size) setCollapsed(opened);
    requestAnimationFrame(() => virtual.scrollToIndex(all.indexOf(node), { align: "auto" }));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: a permalink is followed once, when the page opens
  useEffect(() => {
    if (chosen) show(chosen);
  }, []);

  const turn = (node: Node) =>
    setCollapsed((before) => {
      const after = new Set(before);
      if (!after.delete(node.key)) after.add(node.key);
      return after;
    });
  const press = (event: KeyboardEvent) => {
    const here = at ? rows.indexOf(at) : -1;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15, Home: -rows.length, End: rows.length }[
      event.key
    ];
    if (step) {
      const next = rows[Math.min(Math.max(here + step, 0), rows.length - 1)];
      if (next) show(next);
    } else if (event.key === "Enter" && at) choose(at);
    else if (event.key === "Escape" && chosen) choose(undefined);
    else if (event.key === "ArrowRight" && at && collapsed.has(at.key)) turn(at);
    else if (event.key === "ArrowLeft" && at) {
      if (at.children.length && !collapsed.has(at.key)) turn(at);
      else if (at.parent) show(at.parent);
    } else return;
    event.preventDefault();
  };

  return (
    <section className="panel waterfall" aria-label="Waterfall">
      <Overview tree={tree} zoom={view.zoom} choose={(zoom) => change({ zoom })} />
      <div className="row wrap tools">
        <Find
          text={view.find ?? ""}
          found={found}
          at={at}
          change={(find) => change({ find: find || undefined })}
          show={show}
        />
        <span className="grow" />
        <button type="button" className="button plain small" onClick={() => setCollapsed(new Set())}>
          Open all
        </button>
        <button type="button" className="button plain small" onClick={() => setCollapsed(allWithChildren(tree))}>
          Close all
        </button>
        <span className="quiet small-text number">
          {formatCount(rows.length)} of {formatCount(tree.nodes.length)} rows
        </span>
      </div>
      <Ticks span={span} />
      <div
        ref={box}
        className="rows-box"
        role="tree"
        aria-label="Spans"
        tabIndex={0}
        aria-activedescendant={at ? `span-${at.key}` : undefined}
        onKeyDown={press}
        style={{ height: Math.min(rows.length * height + 8, 640) }}
      >
        <div style={{ height: virtual.getTotalSize(), position: "relative" }} role="presentation">
          {virtual.getVirtualItems().map((item) => {
            const node = rows[item.index];
            return (
              node && (
                <Row
                  key={node.key}
                  node={node}
                  top={item.start}
                  span={span}
                  segments={path.get(node)}
                  isClosed={collapsed.has(node.key)}
                  isChosen={node === chosen}
                  isAt={node === at}
                  isFaint={foundKeys ? !foundKeys.has(node.key) : false}
                  turn={turn}
                  choose={(each) => {
                    setAt(each);
                    choose(each);
                  }}
                />
              )
            );
          })}
        </div>
      </div>
    </section>
  );
}

function allWithChildren({ nodes }: Tree): Set<number> {
  return new Set(nodes.filter(({ children }) => children.length > 0).map(({ key }) => key));
}

function collapsedAtFirst(tree: Tree, span: string | undefined): Set<number> {
  if (tree.nodes.length <= OPEN_AT_FIRST) return new Set();
  const closed = new Set(
    tree.nodes.filter(({ depth, children }) => depth > 0 && children.length > 0).map(({ key }) => key),
  );
  for (let above = span ? tree.byId.get(span)?.parent : undefined; above; above = above.parent)
    closed.delete(above.key);
  return closed;
}
