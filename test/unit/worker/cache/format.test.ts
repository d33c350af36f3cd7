import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ConfigValue, SourceValue } from "../../../../src/shared/types.js";
import { equalValues } from "../../../../src/shared/values/equality.js";
import { CacheRefused, cacheText, mayBeKept, parseCache } from "../../../../src/worker/cache/format.js";
import type { SavedSetting, SavedSettings } from "../../../../src/worker/cache/saved-settings.js";

const owner = { clientName: "a-client", coreAgentAddress: "localhost:5001" };
const facts = {
  origin: "core-agent",
  sequenceId: -7,
  publishedAtMs: 1_700_000_000_000,
  confirmedAtMs: 1_700_000_001_234,
};

function setting(key: string, value: ConfigValue, source = "file"): SavedSetting {
  return [key, [{ source, value }]];
}

function textOf(settings: readonly SavedSetting[], changes: Partial<SavedSettings> = {}): string {
  return [...cacheText({ ...facts, ...changes, settings }, owner)].join("");
}

function parsed(text: string | Uint8Array, by = owner): SavedSettings {
  const steps = parseCache(typeof text === "string" ? Buffer.from(text) : text, by);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

function refusalOf(text: string | Uint8Array, by = owner): string {
  try {
    parsed(text, by);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(CacheRefused);
    return (thrown as CacheRefused).message;
  }
  throw new Error("The text was expected to be refused.");
}

const layers = (...values: readonly SourceValue[]): readonly SourceValue[] => values;

describe("what is written is read back", () => {
  test("with origin, sequence id, times, sources and layers", () => {
    const settings: SavedSetting[] = [
      setting("log_level", "info"),
      ["tags", layers({ source: "default", value: [] }, { source: "cli", value: ["a", 1, null, { "b.c": true }] })],
      setting('ключ.€\n"', "line\nline \u2028 \u{1f600}"),
    ];
    expect(parsed(textOf(settings))).toEqual({ ...facts, settings });
    expect(parsed(textOf([]))).toEqual({ ...facts, settings: [] });
  });

  test("whatever the values are, over more settings than one slice", () => {
    const value = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<ConfigValue>;
    fc.assert(
      fc.property(fc.array(value, { maxLength: 20 }), fc.constantFrom(0, 600, 1_001), (values, more) => {
        const all = [...values.map((one, i) => setting(`k${i}`, one)), ...many(more)];
        const kept = all.filter(mayBeKept);
        const back = parsed(textOf(all)).settings;
        expect(back.length).toBe(kept.length);
        const changed = back.filter(([key, [layer]], i) => {
          const [keptKey, [keptLayer] = []] = kept[i] as SavedSetting;
          return key !== keptKey || !equalValues(layer?.value as ConfigValue, keptLayer?.value as ConfigValue);
        });
        expect(changed).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  test("and a property named __proto__ stays a plain one", () => {
    const value = JSON.parse('{"__proto__":{"polluted":true}}') as ConfigValue;
    const [read] = parsed(textOf([setting("x", value)])).settings;
    expect(JSON.stringify(read)).toBe('["x",[{"source":"file","value":{"__proto__":{"polluted":true}}}]]');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe("settings that look like credentials", () => {
  test.each<SavedSetting>([
    setting("api_key", "planted"),
    setting("logs_config.api_key", ""),
    setting("my.apiKey", "planted"),
    setting("passwords.database", "planted"),
    setting("additional_endpoints", { "https://a.example": ["planted"] }),
    setting("instances", [{ host: "h", password: "planted" }]),
    setting("deep", { a: [{ b: { token: "planted" } }] }),
    setting("proxy.https", "http://user:planted@proxy:3128/x"),
    setting("proxies", ["http://user:planted@proxy:3128/x"]),
    setting("tls.pem", "-----BEGIN EC PRIVATE KEY-----\nplanted\n-----END EC PRIVATE KEY-----"),
    setting("harmless.name", "planted", "secret"),
    [
      "resolved",
      layers({ source: "default", value: "" }, { source: "secret", value: "planted" }, { source: "cli", value: "x" }),
    ],
    ["shadowed", layers({ source: "file", value: "http://u:planted@h" }, { source: "cli", value: "http://h" })],
  ])("are not written: %j", (...one) => {
    const saved = one as unknown as SavedSetting;
    const text = textOf([setting("before", 1), saved, setting("after", 2)]);
    expect(text).not.toContain("planted");
    expect(parsed(text).settings.map(([key]) => key)).toEqual(["before", "after"]);
  });

  test.each(["log_level", "auth_token_file_path", "monkey", "cmd_port", "tag_key", "site"])("are not: %s", (key) => {
    expect(mayBeKept(setting(key, "https://example.com/a@b"))).toBe(true);
  });
});

describe("a file is refused whole, and nothing of it is quoted", () => {
  const text = textOf([setting("a", "planted-value"), setting("b", ["planted-other"])]);
  const bytes = Buffer.from(text);

  test("when it is cut short, at every length", () => {
    for (let length = 0; length < bytes.length; length++) {
      const reason = refusalOf(bytes.subarray(0, length));
      expect(reason).toMatch(/damaged/);
      expect(reason).not.toContain("planted");
    }
  });

  test("when any of its bytes is another one", () => {
    for (let at = 0; at < bytes.length; at++) {
      for (const flip of [1, 0x20, 0x80]) {
        const other = Buffer.from(bytes);
        other[at] = (other[at] as number) ^ flip;
        expect(refusalOf(other)).not.toMatch(/planted/i);
      }
    }
  });

  test("when something follows, or it is something else", () => {
    expect(refusalOf(`${text}x`)).toContain("damaged");
    for (const other of [
      "",
      "\n",
      "null",
      "[]",
      "{}\n",
      "planted-text\n",
      '{"format":"planted"}\n',
      "\0\0\0\0",
      "\u{1f600}",
    ]) {
      expect(refusalOf(other)).toBe("is damaged, or no cache file at all");
    }
  });

  test("when its head is no object", async () => {
    for (const head of ["null", "1", '"text"', "[]"]) {
      const bytes = Buffer.from(`${head}\nsha256 x\n`);
      expect(() => [...parseCache(bytes, owner)]).toThrow(new CacheRefused("is damaged, or no cache file at all"));
    }
  });

  test("when its checksum is right and its content is not", async () => {
    const { createHash } = await import("node:crypto");
    const signed = (body: string) => `${body}sha256 ${createHash("sha256").update(body).digest("hex")}\n`;
    const head = `${text.split("\n")[0]}\n`;
    expect(parsed(signed(`${head}["a",["file",1]]\n`)).settings).toHaveLength(1);
    for (const line of [
      "planted",
      "{}",
      "[]",
      '["a"]',
      '[1,["file",1]]',
      '["",["file",1]]',
      '["a",["file"]]',
      '["a",[1,1]]',
      '["a",1]',
    ]) {
      expect(refusalOf(signed(`${head}${line}\n`))).toMatch(/damaged/);
    }
    for (const [name, value] of [
      ["origin", 1],
      ["sequenceId", 1.5],
      ["publishedAtMs", "x"],
      ["confirmedAtMs", null],
    ] as const) {
      const wrong = JSON.stringify({ ...JSON.parse(head), [name]: value });
      expect(refusalOf(signed(`${wrong}\n`))).toMatch(/damaged/);
    }
  });

  test("when it is another client's, another core agent's, or of another version", () => {
    expect(refusalOf(text, { ...owner, clientName: "other" })).toContain("clientName");
    expect(refusalOf(text, { ...owner, coreAgentAddress: "other:1" })).toContain("coreAgentAddress");
    expect(refusalOf(text.replace('"version":1', '"version":2'))).toContain("another format version");
  });
});

function many(count: number): SavedSetting[] {
  return Array.from({ length: count }, (_, i) => setting(`many.number_${i}`, i));
}
