import { expect, it } from "vitest";
import { groupEvaluations } from "./groups";

const said = (gate: string, service: string, result: string) => ({
  id: `${gate}${service}${result}`,
  gate,
  service,
  result,
  environment: "production",
  decided: true,
  score: null,
  time: "",
  version: "",
  stage: "",
  reasons: [],
});

it("keeps what each gate said of each service together, those that failed last first", () => {
  const groups = groupEvaluations([
    said("release", "orders", "passed"),
    said("release", "orders", "failed"),
    said("release", "ledger", "failed"),
    said("private", "orders", "warning"),
  ]);
  expect(groups.map(({ gate, service, evaluations }) => [gate, service, evaluations.length])).toEqual([
    ["release", "ledger", 1],
    ["private", "orders", 1],
    ["release", "orders", 2],
  ]);
});
