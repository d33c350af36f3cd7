import { readFileSync } from "node:fs";
import type { ConfigValue } from "configstream-consumer";
import { describe, expect, it } from "vitest";
import { mask, maskSetting, maskValue } from "../../../packages/configstream/src/cli/settings/mask.js";
import { looksLikeCredential } from "../../../src/shared/text/credential-names.js";

const url = new URL("../../../packages/configstream/data/agent-settings.json", import.meta.url);
const { settings } = JSON.parse(readFileSync(url, "utf8")) as { settings: { key: string; default: ConfigValue }[] };

describe("masking", () => {
  it.each([
    "api_key",
    "app_key",
    "logs_config.api_key",
    "apm_config.debugger_api_key",
    "cluster_agent.auth_token",
    "installer.registry.auth",
    "installer.registry.password",
    "cloud_foundry_cc.client_secret",
    "private_action_runner.private_key",
    "remote_configuration.key",
    "network_devices.snmp_traps.community_strings",
    "apm_config.additional_endpoints",
    "my.apiKey",
    "db.connectionString",
    "DB_PASSWORD",
  ])("hides %s", (key) => {
    expect(looksLikeCredential(key)).toBe(true);
    expect(maskValue(key, "hunter2")).toBe(mask);
  });

  it.each([
    "auth_token_file_path",
    "ipc_cert_file_path",
    "auth_init_timeout",
    "apm_config.obfuscation.credit_cards.enabled",
    "disable_cluster_name_tag_key",
    "secret_backend_command",
    "ec2_metadata_token_lifetime",
    "scrubber.additional_keys",
    "logs_config.auto_multi_line.tokenizer_max_input_bytes",
    "keyboard",
    "monkey",
    "hostname",
  ])("shows %s", (key) => {
    expect(looksLikeCredential(key)).toBe(false);
    expect(maskValue(key, "plain")).toBe("plain");
  });

  it("hides little of what a real agent has by default", () => {
    const hidden = settings.filter(({ key, default: value }) => {
      return JSON.stringify(maskValue(key, value)) !== JSON.stringify(value);
    });
    expect(hidden.map(({ key }) => key)).toEqual([]);
  });

  it("tells nothing about the length, but whether something is set", () => {
    expect(maskValue("api_key", "a")).toBe(maskValue("api_key", "a".repeat(40)));
    expect(maskValue("api_key", 12345)).toBe(mask);
    expect(maskValue("api_key", "")).toBe("");
    expect(maskValue("api_key", null)).toBe(null);
  });

  it("reaches into lists and maps, and keeps their shape", () => {
    expect(maskValue("additional_endpoints", { "https://a.example": ["k1", "k2"] })).toEqual({
      "https://a.example": [mask, mask],
    });
    expect(maskValue("instances", [{ host: "h", password: "p", nested: { token: "t" } }])).toEqual([
      { host: "h", password: mask, nested: { token: mask } },
    ]);
  });

  it("hides who logs in to a URL under any name", () => {
    expect(maskValue("proxy.https", "http://user:pw@proxy:3128/x")).toBe(`http://${mask}@proxy:3128/x`);
    expect(maskValue("site", "https://example.com/a@b")).toBe("https://example.com/a@b");
  });

  it("keeps a property named __proto__ a plain one", () => {
    const value = JSON.parse('{"__proto__":{"password":"p"}}') as ConfigValue;
    const masked = maskValue("x", value);
    expect(JSON.stringify(masked)).toBe(`{"__proto__":{"password":"${mask}"}}`);
  });

  it("leaves everything as it is when secrets are to be shown, and no value as none", () => {
    expect(maskSetting("api_key", "k", true)).toBe("k");
    expect(maskSetting("api_key", undefined, false)).toBeUndefined();
  });
});
