import { useQueries, useQuery } from "@tanstack/react-query";
import { Button, Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from "react-aria-components";
import { type Answer, AskError, fetchJson, questionUrl } from "@/api/client";
import { formatCount, formatDuration } from "@/format";
import { Copy } from "./Copy";
import { Code, Scroll } from "./Scroll";
import { Failed, Loading } from "./states";

type Statement = Answer<"/api/v1/explain">["statements"][number];
type Rows = { columns: { name: string; type: string }[]; rows: unknown[][] };

/** A button that shows the SQL behind what is `of` this name: that of each question it was made of. */
export function ShowSql({ of, questions }: { of: string; questions: string[] }) {
  return (
    <DialogTrigger>
      <Button className="button plain small" aria-label={`Show the SQL of ${of}`}>
        SQL
      </Button>
      <ModalOverlay className="overlay" isDismissable>
        <Modal className="dialog">
          <Dialog>
            {({ close }) => (
              <>
                <header>
                  <Heading slot="title" level={2}>
                    SQL of {of}
                  </Heading>
                  <Button className="button plain" onPress={close}>
                    Close
                  </Button>
                </header>
                <Explained questions={questions} />
              </>
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}

function Explained({ questions }: { questions: string[] }) {
  const asked = useQueries({
    queries: questions.map((question) => {
      const url = questionUrl("/api/v1/explain", { query: { question } });
      return { queryKey: [url], queryFn: () => fetchJson<Answer<"/api/v1/explain">>(url), staleTime: 0, gcTime: 0 };
    }),
  });
  return (
    <Scroll className="content stack" label="Statements">
      {asked.map(({ data, error, isPending }, place) => (
        <div key={questions[place]} className="stack">
          <code className="quiet">GET {questions[place]}</code>
          {isPending && <Loading lines={6} />}
          {error instanceof AskError && <Failed error={error} />}
          {data?.statements.map((each, number) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: statements are in the order in which they were asked
            <StatementView key={number} statement={each} />
          ))}
          {data?.statements.length === 0 && <p className="quiet">It is answered without a statement.</p>}
        </div>
      ))}
    </Scroll>
  );
}

/** A statement with its parameters, what it is for and what it gave where that is known, and a button that runs it. */
export function StatementView({
  statement,
}: {
  statement: Pick<Statement, "sql" | "parameters"> & Partial<Statement>;
}) {
  const { sql, parameters } = statement;
  const body = JSON.stringify({ sql, parameters });
  const run = useQuery({
    queryKey: ["sql", body],
    enabled: false,
    queryFn: () =>
      fetchJson<Rows>("/api/v1/sql", { method: "POST", body, headers: { "Content-Type": "application/json" } }),
  });
  const curl = `curl -s ${location.origin}/api/v1/sql -H 'Content-Type: application/json' -d '${body.replaceAll("'", "'\\''")}'`;
  return (
    <article className="stack" style={{ gap: 8 }}>
      <div className="row wrap">
        <span className="grow">{statement.why}</span>
        {statement.rows !== undefined && statement.seconds !== undefined && (
          <span className="quiet number">
            {formatCount(statement.rows)} {statement.rows === 1 ? "row" : "rows"} in{" "}
            {formatDuration(statement.seconds * 1e9)}
          </span>
        )}
        <Copy text={sql} label="Copy SQL" />
        <Copy text={curl} label="Copy as curl" />
        <button type="button" className="button small" onClick={() => run.refetch()}>
          {run.isFetching ? "Running" : "Run"}
        </button>
      </div>
      <Code>{sql}</Code>
      {Object.keys(parameters).length > 0 && (
        <Code quiet>
          {Object.entries(parameters)
            .map(([name, value]) => `{${name}} = ${JSON.stringify(value)}`)
            .join("\n")}
        </Code>
      )}
      {run.error instanceof AskError && <Failed error={run.error} />}
      {run.data && <Result answer={run.data} />}
    </article>
  );
}

const SHOWN = 50;

function Result({ answer }: { answer: Rows }) {
  return (
    <Scroll className="scroll-x" label="Rows">
      <table className="rows mono">
        <thead>
          <tr>
            {answer.columns.map(({ name, type }) => (
              <th key={name} title={type}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {answer.rows.slice(0, SHOWN).map((row, number) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a statement have no name
            <tr key={number}>
              {row.map((value, column) => (
                <td key={answer.columns[column]?.name}>{typeof value === "string" ? value : JSON.stringify(value)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {answer.rows.length > SHOWN && <p className="quiet">{formatCount(answer.rows.length - SHOWN)} more rows</p>}
    </Scroll>
  );
}
