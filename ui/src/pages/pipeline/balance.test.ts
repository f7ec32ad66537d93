import { expect, test } from "vitest";
import { balance, type Flow } from "./balance";

const FLOW = { received_items: 10, stored_items: 4, sampled_out_items: 3, filtered_items: 2, dead_items: 1 } as Flow;

test("what was received adds up, is on the way, or was there before the start", () => {
  expect(balance(FLOW)).toEqual({ rest: 0, tone: "good", text: "adds up" });
  expect(balance({ ...FLOW, received_items: 2010 }).text).toBe("2,000 on the way");
  expect(balance({ ...FLOW, received_items: 0 }).text).toBe("10 from before the start");
});
