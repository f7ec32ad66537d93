import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import type { Span } from "@/api/types";
import { formatCount, formatDuration } from "@/format";
import { Attributes } from "@/parts/Attributes";
import { Badge } from "@/parts/Badge";
import { Copy } from "@/parts/Copy";
import { serviceColour } from "@/parts/colours";
import { Fact } from "@/parts/Fact";
import { LogLines } from "@/parts/LogLines";
import { Code } from "@/parts/Scroll";
import { Empty, Partial } from "@/parts/states";
import { Time } from "@/parts/Time";
import { formatValue } from "@/parts/value";
import { nanoseconds } from "@/time";
import { Followers } from "./Followers";
import type { Node, Tree } from "./model";
import { SearchLogs } from "./SearchLogs";

const RELATIVES = 12;

/** All that is known of one span: attributes with their types, events, exceptions, links, records, resource, and its relatives. */
export function SpanDetails({
  trace,
  tree,
  node,
  choose,
  close,
}: {
  trace: string;
  tree: Tree;
  node: Node;
  choose: (node: Node) => void;
  close: () => void;
}) {
  const { span } = node;
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    if (window.matchMedia("(max-width: 1100px)").matches) box.current?.scrollIntoView({ block: "start" });
  }, []);
  const permalink = `${location.origin}/traces/${trace}?span=${span.span_id}`;
  return (
    <section ref={box} className="panel details" aria-label={`Span ${span.name}`}>
      <header>
        <h2 className="breakable grow">{span.name}</h2>
        <Copy text={permalink} label="Copy link" />
        <button type="button" className="button plain small" aria-label="Close" onClick={close}>
          <X size={14} aria-hidden />
        </button>
      </header>
      <div className="body stack" style={{ gap: 10 }}>
        <dl className="facts">
          <Fact name="Service">
            <span className="swatch" style={{ "--swatch": serviceColour(span.service) }} />
            <Link to="/services/$name" params={{ name: span.service }}>
              {span.service}
            </Link>
          </Fact>
          <Fact name="Kind">{span.kind}</Fact>
          <Fact name="Status">
            <Badge tone={span.status === "error" ? "bad" : span.status === "ok" ? "good" : "plain"}>
              {span.status}
            </Badge>{" "}
            {span.status_message}
          </Fact>
          <Fact name="Began">
            <Time at={span.start} exact="millisecond" /> <span className="quiet">+{formatDuration(node.start)}</span>
          </Fact>
          <Fact name="Took">
            {formatDuration(node.end - node.start)} <span className="quiet">{formatDuration(node.self)} itself</span>
          </Fact>
          <Fact name="Id">
            <code>{span.span_id}</code>
          </Fact>
          {span.scope.name && (
            <Fact name="Made by">
              {span.scope.name} {span.scope.version}
            </Fact>
          )}
          {span.trace_state && (
            <Fact name="Trace state">
              <code className="breakable">{span.trace_state}</code>
            </Fact>
          )}
        </dl>
        <Link to="/traces" search={{ service: span.service, operation: span.name }}>
          Traces with such a span
        </Link>
        <Lost span={span} />
        <Parts trace={trace} tree={tree} node={node} />
        <Relatives tree={tree} node={node} choose={choose} />
      </div>
    </section>
  );
}

function Lost({ span }: { span: Span }) {
  const lost = [
    [span.dropped_attributes, "attributes"],
    [span.dropped_events, "events"],
    [span.dropped_links, "links"],
  ].filter(([count]) => Number(count) > 0);
  if (!lost.length) return null;
  return <Partial>Its SDK left out {lost.map(([count, what]) => `${count} ${what}`).join(", ")}.</Partial>;
}

function Parts({ trace, tree, node }: { trace: string; tree: Tree; node: Node }) {
  const { span, logs, followers, start } = node;
  const counted = (what: string, count: number) => (
    <>
      {what} <span className="quiet">{formatCount(count)}</span>
    </>
  );
  const first = span.events.some(({ name }) => name === "exception") ? "events" : "attributes";
  return (
    <Tabs defaultSelectedKey={first}>
      <TabList aria-label="Parts of the span" className="tabs scroll-x">
        <Tab id="attributes">{counted("Attributes", Object.keys(span.attributes).length)}</Tab>
        {span.events.length > 0 && <Tab id="events">{counted("Events", span.events.length)}</Tab>}
        {span.links.length > 0 && <Tab id="links">{counted("Links", span.links.length)}</Tab>}
        {followers.length > 0 && <Tab id="followers">{counted("Followed by", followers.length)}</Tab>}
        {logs.length > 0 && <Tab id="logs">{counted("Logs", logs.length)}</Tab>}
        <Tab id="resource">Resource</Tab>
      </TabList>
      <TabPanel id="attributes">
        <Attributes attributes={span.attributes} />
      </TabPanel>
      <TabPanel id="events">
        <ol className="stack" style={{ gap: 12 }}>
          {span.events.map((event) => (
            <li key={`${event.time}${event.name}`}>
              <div className="row">
                <strong className={event.name === "exception" ? "bad grow" : "grow"}>
                  {event.attributes["exception.type"] ? formatValue(event.attributes["exception.type"]) : event.name}
                </strong>
                <span className="quiet number">
                  +{formatDuration(start + Number(nanoseconds(event.time) - nanoseconds(span.start)))}
                </span>
              </div>
              {event.attributes["exception.message"] && <p>{formatValue(event.attributes["exception.message"])}</p>}
              {event.attributes["exception.stacktrace"] && (
                <Code>{formatValue(event.attributes["exception.stacktrace"])}</Code>
              )}
              <Attributes
                attributes={event.attributes}
                without={["exception.type", "exception.message", "exception.stacktrace"]}
              />
            </li>
          ))}
        </ol>
      </TabPanel>
      <TabPanel id="links">
        <ul className="stack" style={{ gap: 8 }}>
          {span.links.map((link) => (
            <li key={`${link.trace_id}${link.span_id}`}>
              <Link
                to="/traces/$traceId"
                params={{ traceId: link.trace_id }}
                search={{ span: link.span_id }}
                className="mono breakable"
              >
                {link.trace_id} {link.span_id}
              </Link>
              <Attributes attributes={link.attributes} />
            </li>
          ))}
        </ul>
      </TabPanel>
      <TabPanel id="followers">
        <Followers followers={followers} start={tree.start} />
      </TabPanel>
      <TabPanel id="logs" className="flush">
        <LogLines logs={logs} />
        <SearchLogs trace={trace} tree={tree} span={span.span_id} logs={logs} />
      </TabPanel>
      <TabPanel id="resource">
        <Attributes attributes={span.resource.attributes} />
        {Object.keys(span.resource.attributes).length === 0 && <Empty title="It says nothing of its resource" />}
      </TabPanel>
    </Tabs>
  );
}

function Relatives({ tree, node, choose }: { tree: Tree; node: Node; choose: (node: Node) => void }) {
  const siblings = (node.parent ? node.parent.children : tree.roots).filter((each) => each !== node);
  const groups: [string, Node[]][] = [
    ["Parent", node.parent ? [node.parent] : []],
    ["Siblings", siblings],
    ["Children", node.children],
  ];
  return (
    <div className="stack" style={{ gap: 8 }}>
      {groups
        .filter(([, nodes]) => nodes.length)
        .map(([title, nodes]) => (
          <div key={title}>
            <h3>
              {title} {nodes.length > 1 && <span className="quiet">{formatCount(nodes.length)}</span>}
            </h3>
            <ul>
              {nodes.slice(0, RELATIVES).map((each) => (
                <li key={each.key}>
                  <button type="button" className="relative row" onClick={() => choose(each)}>
                    <span className="swatch" style={{ "--swatch": serviceColour(each.span.service), margin: 0 }} />
                    <span className="grow cut">
                      <span className="quiet">{each.span.service}</span> {each.span.name}
                    </span>
                    <span className="quiet number">{formatDuration(each.end - each.start)}</span>
                  </button>
                </li>
              ))}
              {nodes.length > RELATIVES && <li className="quiet">and {formatCount(nodes.length - RELATIVES)} more</li>}
            </ul>
          </div>
        ))}
    </div>
  );
}
