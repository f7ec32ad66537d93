import { Link } from "@tanstack/react-router";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useMemo } from "react";
import type { Answer } from "@/api/client";
import { formatCount } from "@/format";
import { Badge } from "@/parts/Badge";
import { type Column, DataTable } from "@/parts/DataTable";
import { Frame } from "@/parts/Panel";
import { Select } from "@/parts/Select";
import { Empty } from "@/parts/states";
import { WHOLE } from "@/shell/links";
import { ControlDetails } from "./ControlDetails";
import { type Assessment, countResults, makeRows, RESULTS, type Row, rank } from "./results";
import type { FrameworkSearch } from "./search";

type Checks = Answer<"/api/v1/compliance/frameworks">["checks"];

/** The controls of an assessment: filters, what each came to, and below the one that is open its evidence. */
export function Controls({
  assessment,
  question,
  search,
  change,
  checks,
}: {
  assessment: Assessment;
  question: string;
  search: FrameworkSearch;
  change: (next: FrameworkSearch) => void;
  checks: Checks | undefined;
}) {
  const { result = "assessed", service, find = "", control: open } = search;
  const all = useMemo(
    () => makeRows(assessment, service).sort((one, other) => rank(one.result) - rank(other.result)),
    [assessment, service],
  );
  const words = find.toLowerCase();
  const shown = all.filter(
    (row) =>
      (result === "all" || (result === "assessed" ? row.result !== "not_assessed" : row.result === result)) &&
      [row.control.control, row.control.title, ...row.control.checks].some((text) =>
        text.toLowerCase().includes(words),
      ),
  );
  const results = countResults(all).map(
    ([name, count]) => [name, `${RESULTS[name]?.words ?? name} (${count})`] as const,
  );
  const assessed = all.filter((row) => row.result !== "not_assessed").length;
  const options = [
    ["assessed", `all assessed (${assessed})`] as const,
    ...results,
    ["all", `all (${all.length})`] as const,
  ];
  const services = assessment.services.map((each) => each.service);
  return (
    <Frame
      title={service === undefined ? "Controls" : `Controls, as for ${service}`}
      questions={[question]}
      flush
      actions={
        <div className="row wrap control-filters">
          <Select
            label="Service"
            value={service ?? ""}
            options={[["", "all"], ...withChosen(services, service).map((name) => [name, name] as const)]}
            onChange={(chosen) => change({ service: chosen || undefined })}
          />
          <Select
            label="Result"
            value={result}
            options={options.some(([name]) => name === result) ? options : [...options, [result, `${result} (0)`]]}
            onChange={(chosen) => change({ result: chosen === "assessed" ? undefined : chosen })}
          />
          <input
            type="search"
            className="input"
            placeholder="Control or check"
            aria-label="Control or check"
            value={find}
            onChange={(event) => change({ find: event.target.value || undefined })}
          />
        </div>
      }
    >
      {shown.length ? (
        <DataTable
          label="Controls"
          rows={shown}
          columns={columns(open)}
          identify={({ control }) => control.control}
          detail={(row) =>
            row.control.control === open && <ControlDetails row={row} assessment={assessment} checks={checks} />
          }
        />
      ) : (
        <Empty title="No control is like that">
          <Link to="." search={(before) => ({ ...before, result: undefined, service: undefined, find: undefined })}>
            Show all that are assessed
          </Link>
        </Empty>
      )}
    </Frame>
  );
}

function withChosen(names: string[], chosen: string | undefined): string[] {
  return chosen === undefined || names.includes(chosen) ? names : [...names, chosen];
}

function columns(open: string | undefined): Column<Row>[] {
  return [
    {
      name: "control",
      title: "Control",
      order: ({ control }) => control.control,
      cell: ({ control: { control, title } }) => (
        <Link
          to="."
          search={(before) => ({ ...before, control: control === open ? undefined : control })}
          activeOptions={WHOLE}
          replace
          resetScroll={false}
          className="row control-name"
          aria-expanded={control === open}
        >
          {control === open ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />}
          <span className="stack" style={{ gap: 0 }}>
            <span>{control}</span>
            {title !== control && <span className="quiet small-text control-title">{title}</span>}
          </span>
        </Link>
      ),
    },
    {
      name: "result",
      title: "Result",
      order: ({ result }) => String(rank(result)),
      cell: ({ result }) => (
        <Badge tone={RESULTS[result]?.tone ?? "plain"} title={RESULTS[result]?.means ?? ""}>
          {RESULTS[result]?.words ?? result}
        </Badge>
      ),
    },
    {
      name: "found",
      title: "Found",
      right: true,
      order: ({ found }) => found,
      cell: ({ found, lookedAt, waived, outcomes }) =>
        outcomes.length > 0 && (
          <span title={`${found} findings, ${waived} waived, of ${lookedAt} things that were looked at`}>
            <strong className={found ? "bad" : "quiet"}>{formatCount(found)}</strong>
            <span className="quiet"> of {formatCount(lookedAt)}</span>
          </span>
        ),
    },
    {
      name: "checks",
      title: "Checks",
      wide: true,
      cell: ({ outcomes }) => (
        <span className="row wrap" style={{ gap: 4 }}>
          {outcomes.map(({ check, result }) => (
            <Badge key={check} tone={RESULTS[result]?.tone ?? "plain"} title={RESULTS[result]?.words ?? result}>
              {check}
            </Badge>
          ))}
        </span>
      ),
    },
  ];
}
