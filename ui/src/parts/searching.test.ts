import { expect, test } from "vitest";
import { parseCondition } from "./searching";

test("a condition has a key, an operator and a value, in which anything may be", () => {
  expect(parseCondition("url.query=a=b&c>=d")).toEqual({ key: "url.query", operator: "=", value: "a=b&c>=d" });
  expect(parseCondition("http.response.status_code>=500")).toEqual({
    key: "http.response.status_code",
    operator: ">=",
    value: "500",
  });
  expect(parseCondition("nothing")).toBeUndefined();
});
