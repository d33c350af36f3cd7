import { expect, test } from "vitest";
import type { ConfigValue } from "../../../../src/shared/types.js";
import { candidateVariables, ignoredVariables } from "../../../../src/worker/engine/ignored-env.js";

type Environment = Parameters<typeof candidateVariables>[0];

const ignoredIn = (env: Environment, settings: Record<string, ConfigValue>) =>
  ignoredVariables(candidateVariables(env), Object.entries(settings));

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

test("variables that the consumer itself obeys are not named", () => {
  const env = { DD_CMD_HOST: "x", DD_CMD_PORT: "1", DD_AUTH_TOKEN_FILE_PATH: "/x", DD_IPC_CERT_FILE_PATH: "/x" };
  const settings = { cmd_host: "y", cmd_port: 2, auth_token_file_path: "/y", ipc_cert_file_path: "/y" };
  expect(ignoredIn(env, settings)).toEqual([]);
});
