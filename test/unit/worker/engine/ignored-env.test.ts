import { expect, test } from "vitest";
import type { ConfigValue } from "../../../../src/shared/types.js";
import { IgnoredVariables } from "../../../../src/worker/engine/ignored-env.js";

type Environment = ConstructorParameters<typeof IgnoredVariables>[0];

const ignoredIn = (env: Environment, settings: Record<string, ConfigValue>) =>
  new IgnoredVariables(env).look(Object.entries(settings));

test("variables that stand for a setting and say something else are named, sorted, and each once", () => {
  const env = { DD_SITE: "a", DD_APM_CONFIG_ENABLED: "false", DD_UNKNOWN: "x", PATH: "/bin", DD_LOG_LEVEL: "debug" };
  const settings = { site: "b", "apm_config.enabled": true, "apm.config.enabled": true, log_level: "info" };
  expect(ignoredIn(env, settings)).toEqual(["DD_APM_CONFIG_ENABLED", "DD_LOG_LEVEL", "DD_SITE"]);
});

test("a variable that says what the stream says is not named, in whatever form", () => {
  const env = { DD_A: "x", DD_B: "10.0", DD_C: "T", DD_D: "0", DD_E: "1 2", DD_F: "1,2", DD_G: '{"x":1}', DD_H: "" };
  const settings = { a: "x", b: 10, c: true, d: false, e: ["1", "2"], f: [1, 2], g: { x: 1 }, h: "full" };
  expect(ignoredIn(env, settings)).toEqual([]);
});

test("variables with names of their own are known by their settings", () => {
  const env = { DD_APM_ENABLED: "false", DD_MAX_EPS: "5", DD_APM_RECEIVER_PORT: "8126" };
  const settings = {
    "apm_config.enabled": true,
    "apm_config.max_events_per_second": 200,
    "apm_config.receiver_port": 8126,
  };
  expect(ignoredIn(env, settings)).toEqual(["DD_APM_ENABLED", "DD_MAX_EPS"]);
});

test("JSON is compared by its value, not by its letters", () => {
  const env = { DD_A: '{"a": 1}', DD_B: '[ "x" , "y" ]', DD_C: '{"b": 2, "a": 1}', DD_D: "[]", DD_E: '{"a": 2}' };
  const settings = { a: { a: 1 }, b: ["x", "y"], c: { a: 1, b: 2 }, d: null, e: { a: 1 } };
  expect(ignoredIn(env, settings)).toEqual(["DD_E"]);
});

test("a conflict that comes later is named then, and none twice", () => {
  const ignored = new IgnoredVariables({ DD_A: "1", DD_B: "1" });
  expect(ignored.look([["a", 1]])).toEqual([]);
  expect(ignored.look([["a", 2]])).toEqual(["DD_A"]);
  expect(ignored.look([["a", 3]])).toEqual([]);
  expect(ignored.any).toBe(true);
  expect(ignored.look([["b", 2]])).toEqual(["DD_B"]);
  expect(ignored.any).toBe(false);
});

test.each([
  ["DD_CMD_HOST", "x", "y"],
  ["DD_CMD_PORT", "1", 2],
  ["DD_AUTH_TOKEN_FILE_PATH", "/x", "/y"],
  ["DD_IPC_CERT_FILE_PATH", "/x", "/y"],
  ["DD_USE_RAR_CONFIG_STREAM", "true", false],
  ["DD_REMOTE_AGENT_CONFIGSTREAM_CONSUMER_ENABLED", "false", true],
  ["DD_REMOTE_AGENT_CORE_AGENT_IPC_ENABLED", "false", true],
])("%s, which the consumer itself obeys, is not named although the setting differs", (name, text, value) => {
  const key = name.slice("DD_".length).toLowerCase();
  expect(ignoredIn({ [name]: text, DD_OTHER: text }, { [key]: value, other: value })).toEqual(["DD_OTHER"]);
});

test.each<readonly [text: string, value: ConfigValue, isSaid: boolean]>([
  ["TRUE", true, true],
  [" t ", true, true],
  ["1", true, true],
  ["11", true, false],
  ["xt", true, false],
  ["no", true, false],
  ["F", false, true],
  ["false ", false, true],
  ["00", false, false],
  ["of", false, false],
  ["10", 10, true],
  ["ten", 10, false],
  [" ", null, true],
  [" [] ", null, true],
  ["null", null, true],
  ["a", null, false],
  ["a b", ["a", "b"], true],
  [" a,  b ,", ["a", "b"], true],
  ["a b", ["a"], false],
  ["a", ["a", "b"], false],
  ["b a", ["a", "b"], false],
  ["a c", ["a", "b"], false],
  ["x", { length: 1 }, false],
  ["{", { a: 1 }, false],
])("of a variable that is %j and a setting that is %j it is %s that both say the same", (text, value, isSaid) => {
  expect(ignoredIn({ DD_A: text }, { a: value })).toEqual(isSaid ? [] : ["DD_A"]);
});
