import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { looksLikeCredential, withoutUrlLogins } from "../../../../src/shared/text/credential-names.js";
import type { ConfigValue } from "../../../../src/shared/types.js";
import { mask, maskedSetting } from "../../../../src/worker/providers/mask.js";
import { planted } from "../../../support/secret-net/net.js";

const secret = planted("value");

describe("a setting that leaves the process", () => {
  const masked: readonly (readonly [key: string, value: ConfigValue, source: string])[] = [
    ["api_key", secret, "file"],
    ["my_agent.password", secret, "file"],
    ["my_agent.credentials.user", secret, "file"],
    ["my_agent.harmless", secret, "secret"],
    ["my_agent.nested", { deep: { authToken: secret } }, "file"],
    ["my_agent.list", [{ password: secret }], "file"],
    ["additional_endpoints", { "https://example.test": [secret] }, "file"],
    ["process_config.additional_endpoints", { "https://example.test": [secret] }, "file"],
    ["my_agent.url", `see https://user:${secret}@example.test/path`, "file"],
    ["my_agent.url", `https://user:p@${secret}@example.test`, "file"],
    ["my_agent.tls", `-----BEGIN RSA PRIVATE KEY-----\n${secret}`, "file"],
    ["my_agent.api_keys", [secret, secret], "file"],
  ];
  it.each(masked)("shows no credential: %s", (key, value, source) => {
    const shown = JSON.stringify(maskedSetting(key, value, source));
    expect(shown).not.toContain(secret);
    expect(shown).toContain(mask);
  });

  it("keeps what cannot be a credential, and the shape of the rest", () => {
    expect(maskedSetting("api_key", "", "file")).toBe("");
    expect(maskedSetting("my_agent.token", null, "file")).toBeNull();
    expect(maskedSetting("my_agent.auth", { enabled: true, list: [1, ""] }, "file")).toEqual({
      enabled: true,
      list: [mask, ""],
    });
    expect(maskedSetting("log_level", "debug", "file")).toBe("debug");
    expect(maskedSetting("my_agent.map", JSON.parse('{"__proto__":{"a":1}}'), "file")).toEqual(
      JSON.parse('{"__proto__":{"a":1}}'),
    );
  });
});

describe("the login of a URL", () => {
  it("is replaced wherever the URL stands, and nothing else is", () => {
    expect(withoutUrlLogins("https://u:p@h/x?a@b, ftp://v@h2 and mail@example.test", "-")).toBe(
      "https://-@h/x?a@b, ftp://-@h2 and mail@example.test",
    );
    for (const plain of ["", "://a@b", "https://host/a@b", "https://host", "a://", "x: //u@h"]) {
      expect(withoutUrlLogins(plain, "-")).toBe(plain);
    }
  });

  it("does not survive in any text", () => {
    const part = fc.constantFrom("a", "://", "@", "/", " ", "http", ":", "?");
    fc.assert(
      fc.property(fc.array(part), fc.array(part), (before, after) => {
        const text = `${before.join("")} https://${secret}@host${after.join("")}`;
        expect(withoutUrlLogins(text, "-")).not.toContain(secret);
      }),
    );
  });

  // Each took minutes when the time grew with the square of the length.
  it.each([
    ["one long word", "x".repeat(2_000_000)],
    ["many schemes", "a://".repeat(500_000)],
    ["many logins", "a://b@".repeat(300_000)],
    ["one long host", `a://${"b".repeat(2_000_000)}`],
  ])("is looked for in time that grows with the text: %s", (_what, text) => {
    expect(withoutUrlLogins(text, "").length).toBeLessThanOrEqual(text.length);
  });

  it("costs no more for a name of many words", () => {
    expect(looksLikeCredential("a_".repeat(200_000))).toBe(false);
    expect(looksLikeCredential(`${"a_".repeat(200_000)}additional_endpoints`)).toBe(true);
  });
});
