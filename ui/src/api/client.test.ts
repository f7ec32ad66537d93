import { afterEach, expect, test, vi } from "vitest";
import { AskError, fetchJson, questionUrl } from "./client";

afterEach(() => vi.unstubAllGlobals());

test("a question is written as its URL: places are encoded, lists repeated, what is empty left out", () => {
  const url = questionUrl("/api/v1/services/{name}/metrics", {
    path: { name: "a/b ü" },
    query: { start: "1h", operation: "", group_by: ["version", "status"], step: undefined },
  });
  expect(url).toBe("/api/v1/services/a%2Fb%20%C3%BC/metrics?start=1h&group_by=version&group_by=status");
});

test("an error of the API is thrown with its code, message and hint", async () => {
  const told = { error: { code: "time_invalid", message: "'x' is no time", hint: "write RFC 3339" } };
  vi.stubGlobal("fetch", async () => Response.json(told, { status: 400 }));
  const error = await fetchJson("/api/v1/services").catch((thrown: AskError) => thrown);
  expect(error).toBeInstanceOf(AskError);
  expect(error).toMatchObject({ ...told.error, status: 400 });
});

test("a server that does not answer is told as that, and a page in place of JSON too", async () => {
  vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("failed")));
  await expect(fetchJson("/x")).rejects.toMatchObject({ code: "unreachable", status: 0 });
  vi.stubGlobal("fetch", async () => new Response("<html>", { status: 502 }));
  await expect(fetchJson("/x")).rejects.toMatchObject({ code: "unknown", status: 502 });
});
