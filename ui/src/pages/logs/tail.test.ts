import { expect, test } from "vitest";
import type { LogRecord } from "@/api/types";
import { MOST_LINES, NO_TAIL, receive, release } from "./tail";

const FREE = { held: false, full: false };
const HELD = { held: true, full: false };

function records(...numbers: number[]): LogRecord[] {
  return numbers.map((number) => ({ time: String(number).padStart(8, "0"), id: "A" }) as LogRecord);
}

function shown(logs: LogRecord[]): number[] {
  return logs.map(({ time }) => Number(time));
}

test("each record is shown once, the newest first, however answers overlap", () => {
  let tail = receive(NO_TAIL, records(3, 2, 1), FREE);
  tail = receive(tail, records(5, 3, 2), FREE);
  tail = receive(tail, records(5, 4), FREE);
  expect(shown(tail.lines)).toEqual([5, 4, 3, 2, 1]);
  expect(receive(tail, records(5, 4), FREE)).toBe(tail);
});

test("what comes while somebody reads waits, and nothing moves until it is shown", () => {
  const before = receive(NO_TAIL, records(2, 1), FREE);
  const held = receive(receive(before, records(3), HELD), records(4, 3), HELD);
  expect(held.lines).toBe(before.lines);
  expect(shown(held.waiting)).toEqual([4, 3]);
  expect(release(held)).toEqual({ lines: records(4, 3, 2, 1), waiting: [], gap: false });
  expect(shown(receive(held, records(5), FREE).lines)).toEqual([5, 4, 3, 2, 1]);
});

test("only so many of the newest are kept, and those that wait are bounded too", () => {
  const many = records(...Array.from({ length: MOST_LINES + 10 }, (_, number) => MOST_LINES + 10 - number));
  const tail = receive(NO_TAIL, many, FREE);
  expect(tail.lines).toHaveLength(MOST_LINES);
  expect(tail.lines.at(-1)?.time).toBe("00000011");
  expect(receive(NO_TAIL, many, HELD).waiting).toHaveLength(MOST_LINES);
});

test("an answer that is full and does not reach back to the one before leaves a gap, which is told", () => {
  const tail = receive(NO_TAIL, records(2, 1), FREE);
  expect(receive(tail, records(4, 3, 2), { held: false, full: true }).gap).toBe(false);
  const torn = receive(tail, records(9, 8, 7), { held: false, full: true });
  expect(torn.gap).toBe(true);
  expect(receive(torn, records(9), FREE).gap).toBe(true);
});
