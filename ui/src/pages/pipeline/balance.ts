import type { Answer } from "@/api/client";

export type Flow = Answer<"/api/v1/status">["signals"][string];

/** Whether what was received is accounted for: `rest` is what is on its way, or if negative what came before the start. */
export function balance(flow: Flow): { rest: number; tone: "good" | "accent" | "plain"; text: string } {
  const { received_items, stored_items, sampled_out_items, filtered_items, dead_items } = flow;
  const rest = received_items - stored_items - sampled_out_items - filtered_items - dead_items;
  if (rest === 0) return { rest, tone: "good", text: "adds up" };
  return rest > 0
    ? { rest, tone: "accent", text: `${rest.toLocaleString("en")} on the way` }
    : { rest, tone: "plain", text: `${(-rest).toLocaleString("en")} from before the start` };
}
