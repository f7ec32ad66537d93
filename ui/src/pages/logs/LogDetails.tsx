import { Link, useRouter } from "@tanstack/react-router";
import type { LogRecord } from "@/api/types";
import { Attributes } from "@/parts/Attributes";
import { Copy } from "@/parts/Copy";
import { Fact } from "@/parts/Fact";
import { nameRecord, TraceLink } from "@/parts/LogLines";
import { Code } from "@/parts/Scroll";
import { Partial } from "@/parts/states";
import { Time } from "@/parts/Time";
import { formatValue } from "@/parts/value";
import { milliseconds, rangeBetween } from "@/time";
import { type Change, type LogSearch, withCondition } from "./search";

const BEFORE_MILLISECONDS = 300_000;

/** All that is known of one record: body, attributes with their types, resource, and the ways on from it. */
export function LogDetails({
  log,
  search,
  change,
}: {
  log: LogRecord;
  search: LogSearch;
  change: (made: Change) => void;
}) {
  const find = (key: string, value: string) => (
    <span className="row" style={{ gap: 2 }}>
      <Find
        name={`Only records with this ${key}`}
        sign="="
        add={() => change(withCondition(search, `${key}=${value}`))}
      />
      <Find
        name={`No records with this ${key}`}
        sign="≠"
        add={() => change(withCondition(search, `${key}!=${value}`))}
      />
    </span>
  );
  return (
    <section className="log-details stack" aria-label="Record">
      <div className="row wrap">
        <TraceLink log={log} className="button small">
          Open its trace
        </TraceLink>
        <button type="button" className="button small" onClick={() => change({ around: log.service || "*" })}>
          Around it
        </button>
        {log.trace_id && search.trace !== log.trace_id && (
          <button type="button" className="button small" onClick={() => change({ trace: log.trace_id })}>
            Only this trace
          </button>
        )}
        <span className="grow" />
        <Copy text={formatValue(log.body)} label="Copy body" />
        <Copy text={JSON.stringify(log, null, 2)} label="Copy JSON" />
        <Copy text={usePermalink(log, search)} label="Copy link" />
      </div>
      {log.body.type !== "empty" && <Code>{formatValue(log.body)}</Code>}
      {log.dropped_attributes > 0 && <Partial>Its SDK left out {log.dropped_attributes} attributes.</Partial>}
      <div className="columns" style={{ "--least": "340px" }}>
        <div className="stack" style={{ gap: 10 }}>
          <dl className="facts">
            <Fact name="Time">
              <Time at={log.time} exact="millisecond" />{" "}
              {!log.has_time && <span className="quiet">when it was seen; it has no time of its own</span>}
            </Fact>
            <Fact name="Severity">
              {log.severity || "none"}{" "}
              <span className="quiet">
                {log.severity_number || ""} {log.severity_text}
              </span>
            </Fact>
            {log.service && (
              <Fact name="Service">
                <Link to="/services/$name" params={{ name: log.service }}>
                  {log.service}
                </Link>
              </Fact>
            )}
            {log.event_name && <Fact name="Event">{log.event_name}</Fact>}
            {log.trace_id && (
              <Fact name="Trace">
                <code className="breakable">{log.trace_id}</code>
              </Fact>
            )}
            {log.span_id && (
              <Fact name="Span">
                <code>{log.span_id}</code>
              </Fact>
            )}
            {log.scope.name && (
              <Fact name="Made by">
                {log.scope.name} {log.scope.version}
              </Fact>
            )}
          </dl>
          <Attributes attributes={log.attributes} find={find} />
          {Object.keys(log.attributes).length === 0 && <p className="quiet">It has no attributes of its own.</p>}
        </div>
        <div>
          <h3>Resource</h3>
          <Attributes attributes={log.resource.attributes} find={find} />
        </div>
      </div>
    </section>
  );
}

function Find({ name, sign, add }: { name: string; sign: string; add: () => void }) {
  return (
    <button type="button" className="button plain small" aria-label={name} title={name} onClick={add}>
      {sign}
    </button>
  );
}

/** A link to the record among those that came before it and meet the same conditions, whenever it is followed. */
function usePermalink(log: LogRecord, search: LogSearch): string {
  const router = useRouter();
  const at = milliseconds(log.time);
  const { live: _, around: __, alike: ___, ...kept } = search;
  const range = rangeBetween(at - BEFORE_MILLISECONDS, at + 1);
  const { href } = router.buildLocation({ to: "/logs", search: { ...kept, ...range, record: nameRecord(log) } });
  return `${location.origin}${href}`;
}
