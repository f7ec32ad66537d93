import { expect, test } from "vitest";
import type { GateSummary } from "@/api/types";
import { gateStates } from "./gates";

function said(service: string, gate: string, result: string, environment = ""): GateSummary {
  return {
    id: `${service}/${gate}/${result}`,
    gate,
    result,
    decided: true,
    score: null,
    time: "2026-11-25T10:00:00Z",
    service,
    version: "",
    environment,
    stage: "",
    reasons: [],
  };
}

test("a service is as good as the worst of what its gates said last", () => {
  const states = gateStates([
    said("orders", "release", "passed"),
    said("orders", "load", "warning", "staging"),
    said("ledger", "release", "failed"),
    said("orders", "release", "failed"),
    said("ledger", "load", "passed"),
  ]);
  expect(states.get("orders")).toEqual({
    result: "warning",
    gate: "load",
    evaluation: "orders/load/warning",
    said: "release: passed, load in staging: warning",
  });
  expect(states.get("ledger")?.result).toBe("failed");
  expect(states.has("mailer")).toBe(false);
});
