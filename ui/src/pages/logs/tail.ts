import type { LogRecord } from "@/api/types";
import { nameRecord } from "@/parts/LogLines";

/**
 * The newest records while they come in. `waiting` are those that came while somebody was reading, so that nothing moved
 * under their eyes. `gap`: so much came at once that some are left out.
 */
export type Tail = { lines: LogRecord[]; waiting: LogRecord[]; gap: boolean };

export const NO_TAIL: Tail = { lines: [], waiting: [], gap: false };
export const MOST_LINES = 5_000;

/** Take an answer in, of which some was there before; `full`: it has as many records as it may. */
export function receive(tail: Tail, logs: LogRecord[], { held, full }: { held: boolean; full: boolean }): Tail {
  const known = new Set([...tail.lines, ...tail.waiting].map(nameRecord));
  const fresh = logs.filter((log) => !known.has(nameRecord(log)));
  // Answers overlap in time: one that is full and wholly new does not reach back to the one before.
  const gap = tail.gap || (full && fresh.length === logs.length);
  if (!fresh.length) return gap === tail.gap ? tail : { ...tail, gap };
  return held
    ? { lines: tail.lines, waiting: newest([...fresh, ...tail.waiting]), gap }
    : { lines: newest([...fresh, ...tail.waiting, ...tail.lines]), waiting: [], gap };
}

/** Show what waits. */
export function release({ lines, waiting, gap }: Tail): Tail {
  return { lines: newest([...waiting, ...lines]), waiting: [], gap };
}

function newest(logs: LogRecord[]): LogRecord[] {
  return logs.sort((one, other) => (one.time < other.time ? 1 : one.time > other.time ? -1 : 0)).slice(0, MOST_LINES);
}
