import { expect, it } from "vitest";
import { type Assessment, countResults, formatScore, gatherSteps, makeRows } from "./results";
import { readFrameworkSearch } from "./search";

const outcome = (check: string, result: string, services: [string, number, number, number][]) => ({
  check,
  result,
  services: services.map(([service, looked_at, found, waived]) => ({ service, looked_at, found, waived })),
  sample: services
    .filter(([, , found]) => found)
    .map(([service]) => ({ service, environment: "", subject: "", finding: "x" })),
  looked_at: services.reduce((sum, [, looked]) => sum + looked, 0),
  found: services.reduce((sum, [, , found]) => sum + found, 0),
  waived: services.reduce((sum, [, , , waived]) => sum + waived, 0),
});

const control = (id: string, result: string, checks: string[]) => ({
  control: id,
  title: id,
  result,
  score: null,
  checks,
});

const ASSESSMENT = {
  controls: [
    control("a", "failed", ["owners", "versions"]),
    control("b", "waived", ["versions"]),
    control("c", "not_assessed", []),
  ],
  outcomes: [
    outcome("owners", "failed", [
      ["orders", 1, 0, 0],
      ["ledger", 1, 1, 0],
    ]),
    outcome("versions", "waived", [["orders", 1, 0, 1]]),
  ],
} as unknown as Assessment;

it("tells what each control came to, and of one service only what was looked at of it", () => {
  const told = (service?: string) =>
    makeRows(ASSESSMENT, service).map(({ control, result, found, lookedAt }) => [
      control.control,
      result,
      found,
      lookedAt,
    ]);
  expect(told()).toEqual([
    ["a", "failed", 1, 3],
    ["b", "waived", 0, 1],
    ["c", "not_assessed", 0, 0],
  ]);
  expect(told("orders")).toEqual([
    ["a", "waived", 0, 2],
    ["b", "waived", 0, 1],
  ]);
  expect(told("ledger")).toEqual([["a", "failed", 1, 1]]);
  expect(makeRows(ASSESSMENT, "ledger")[0]?.outcomes.map(({ sample }) => sample.length)).toEqual([1]);
});

it("puts first what keeps most controls from passing, and leaves out what is waived", () => {
  const twice = { ...ASSESSMENT, controls: [...ASSESSMENT.controls, control("d", "failed", ["owners"])] } as Assessment;
  expect(gatherSteps(makeRows(twice)).map(({ outcome, controls }) => [outcome.check, controls])).toEqual([
    ["owners", ["a", "d"]],
  ]);
  expect(gatherSteps(makeRows(twice, "orders"))).toEqual([]);
});

it("counts results from the worst on, and rounds scores down", () => {
  expect(countResults(ASSESSMENT.controls)).toEqual([
    ["failed", 1],
    ["waived", 1],
    ["not_assessed", 1],
  ]);
  expect([formatScore(99.99), formatScore(0), formatScore(null)]).toEqual(["99 %", "0 %", "–"]);
});

it("reads ids of controls that look like numbers, and nothing that is no text", () => {
  expect(readFrameworkSearch({ control: 4.1, service: "orders", find: "", result: true, other: "x" })).toEqual({
    control: "4.1",
    service: "orders",
  });
});
