import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button, Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useAsk } from "@/api/client";
import type { LogRecord } from "@/api/types";
import { LogLines } from "@/parts/LogLines";
import { Scroll } from "@/parts/Scroll";
import { ShowSql } from "@/parts/ShowSql";
import { Empty, Failed, Loading } from "@/parts/states";
import { formatValue } from "@/parts/value";
import type { Change } from "./search";

const FIRST = 20;
const MOST = 500;

// What tells instances of a service apart, the best first.
const INSTANCES = ["service.instance.id", "k8s.pod.name", "container.id", "host.name"];

/** What was logged before and after a record: by its instance, its service or all. `log` is the record if it is known. */
export function Context({
  record,
  around,
  alike,
  log,
  change,
}: {
  record: string;
  around: string;
  alike: string | undefined;
  log: LogRecord | undefined;
  change: (made: Change) => void;
}) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen
      isDismissable
      onOpenChange={(open) => !open && change({ around: undefined, alike: undefined })}
    >
      <Modal className="dialog wide">
        <Dialog>
          <Around key={`${around} ${alike}`} record={record} around={around} alike={alike} log={log} change={change} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Around({ record, around, alike, log, change }: Parameters<typeof Context>[0]) {
  const [limit, setLimit] = useState(FIRST);
  const [time = ""] = record.split("~");
  const all = around === "*";
  const service = log?.service || (all ? "" : around);
  const instance = alike ?? instanceOf(log);
  const asked = useAsk("/api/v1/logs/context", {
    query: { time, limit, ...(all ? {} : { service: around }), ...(alike ? { attribute: [alike] } : {}) },
  });
  const box = useRef<HTMLDivElement>(null);
  const { data, error } = asked;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was asked for stays in sight when there is more around it
  useEffect(() => {
    box.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "center" });
  }, [data]);
  return (
    <>
      <header>
        <Heading slot="title" level={2}>
          Around the record
        </Heading>
        {instance && service && (
          <Choice
            title={instance}
            chosen={alike !== undefined}
            choose={() => change({ around: service, alike: instance })}
          >
            this instance
          </Choice>
        )}
        {service && (
          <Choice
            title={`all instances of ${service}`}
            chosen={!all && alike === undefined}
            choose={() => change({ around: service, alike: undefined })}
          >
            {service}
          </Choice>
        )}
        <Choice title="whoever logged it" chosen={all} choose={() => change({ around: "*", alike: undefined })}>
          all services
        </Choice>
        <ShowSql of="what is around the record" questions={[asked.question]} />
        <Button className="button plain" onPress={() => change({ around: undefined, alike: undefined })}>
          Close
        </Button>
      </header>
      <Scroll className="content around" label="Records around">
        <div ref={box}>
          {data ? (
            data.logs.length ? (
              <LogLines logs={data.logs.toReversed()} withService={all} withTrace current={record} />
            ) : (
              <Empty title="Nothing was logged within an hour of it" />
            )
          ) : error ? (
            <Failed error={error} retry={() => asked.refetch()} />
          ) : (
            <Loading lines={12} />
          )}
        </div>
      </Scroll>
      <footer className="row">
        <span className="quiet small-text grow">
          {limit} before it and after it at most, within an hour; the oldest first
        </span>
        {limit < MOST && (
          <button type="button" className="button small" onClick={() => setLimit(Math.min(MOST, limit * 5))}>
            More around it
          </button>
        )}
      </footer>
    </>
  );
}

function Choice({
  title,
  chosen,
  choose,
  children,
}: {
  title: string;
  chosen: boolean;
  choose: () => void;
  children: ReactNode;
}) {
  return (
    <button type="button" className="button plain small" title={title} aria-pressed={chosen} onClick={choose}>
      {children}
    </button>
  );
}

/** The condition that only the instance meets that logged a record, if it says which one it is. */
function instanceOf(log: LogRecord | undefined): string | undefined {
  const attributes = log?.resource.attributes ?? {};
  const key = INSTANCES.find((each) => attributes[each]?.type === "string");
  const described = key && attributes[key];
  return described ? `${key}=${formatValue(described)}` : undefined;
}
