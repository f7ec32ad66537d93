import { type ReactNode, useId } from "react";
import type { AskError } from "@/api/client";
import { ShowSql } from "./ShowSql";
import { Failed, Loading } from "./states";

/** What a panel has to know of an answer: `useAsk` and `usePages` give it. */
type Awaited<A> = {
  data: A | undefined;
  error: AskError | null;
  isPending: boolean;
  refetch: () => unknown;
  question: string;
};

type Framed = {
  title: string;
  /** Further controls, right in the header. */
  actions?: ReactNode;
  /** Whether the content reaches the edges, as tables do. */
  flush?: boolean;
};

/** A titled part of a page that shows one answer: it loads, fails, and tells its SQL by itself. */
export function Panel<A>({
  asked,
  children,
  lines = 3,
  ...framed
}: Framed & { asked: Awaited<A>; children: (answer: A) => ReactNode; lines?: number }) {
  const { data, error, isPending, refetch, question } = asked;
  return (
    <Frame {...framed} questions={[question]}>
      {data !== undefined ? (
        children(data)
      ) : isPending && !error ? (
        <Loading lines={lines} />
      ) : error ? (
        <Failed error={error} retry={() => refetch()} />
      ) : null}
    </Frame>
  );
}

/** The frame of a panel, for content that is not one answer; `questions` are those whose SQL it tells. */
export function Frame({
  title,
  actions,
  flush = false,
  questions,
  children,
}: Framed & { questions?: string[]; children: ReactNode }) {
  const id = useId();
  return (
    <section className="panel" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {actions}
        {questions && <ShowSql of={title} questions={questions} />}
      </header>
      <div className={flush ? "body flush" : "body"}>{children}</div>
    </section>
  );
}
