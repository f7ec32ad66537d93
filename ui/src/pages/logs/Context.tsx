import { useEffect, useRef, useState } from "react";
import { Button, Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useAsk } from "@/api/client";
import { LogLines } from "@/parts/LogLines";
import { Scroll } from "@/parts/Scroll";
import { ShowSql } from "@/parts/ShowSql";
import { Empty, Failed, Loading } from "@/parts/states";
import type { Change } from "./search";

const FIRST = 20;
const MOST = 500;

/** What was logged before and after a record, by its service or by all. */
export function Context({
  record,
  around,
  service,
  change,
}: {
  record: string;
  around: string;
  service: string;
  change: (made: Change) => void;
}) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen
      isDismissable
      onOpenChange={(open) => !open && change({ around: undefined })}
    >
      <Modal className="dialog wide">
        <Dialog>
          <Around key={around} record={record} around={around} service={service} change={change} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function Around({ record, around, service, change }: Parameters<typeof Context>[0]) {
  const [limit, setLimit] = useState(FIRST);
  const [time = ""] = record.split("~");
  const all = around === "*";
  const asked = useAsk("/api/v1/logs/context", { query: { time, limit, ...(all ? {} : { service: around }) } });
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
        <button
          type="button"
          className="button plain small"
          aria-pressed={!all}
          onClick={() => change({ around: service || "*" })}
        >
          {service || "its service"}
        </button>
        <button type="button" className="button plain small" aria-pressed={all} onClick={() => change({ around: "*" })}>
          all services
        </button>
        <ShowSql of="what is around the record" questions={[asked.question]} />
        <Button className="button plain" onPress={() => change({ around: undefined })}>
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
