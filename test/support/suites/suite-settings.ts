/** The settings of the suites over everything that reads. */
import type { ConfigValue } from "configstream-consumer";

type Values = Readonly<Record<string, ConfigValue>>;

/** Settings by source, in a form that each implementation can be given. */
export interface TestSettings {
  readonly defaults: Values;
  readonly file: Values;
  /** Scalars, whose type is that of the default of the same key. */
  readonly env: Values;
}

export const settings: TestSettings = {
  defaults: {
    port: 8126,
    mode: "calm",
    ratio: 0.5,
    on: false,
    "proxy.http": "",
    "proxy.no_proxy": ["localhost"],
    labels: {},
    // Declared, because in a file a map of an undeclared name is a section.
    lists: {},
    deep: {},
    "nested.below.level": 1,
    use_rar_config_stream: false,
  },
  file: {
    port: 9000,
    "proxy.http": "http://proxy:3128",
    "proxy.no_proxy": ["a", "b"],
    labels: { "app.kubernetes.io/name": "app", Upper: "Case" },
    "text.int": "42",
    "text.float": " 2.5 ",
    "text.true": "true",
    "text.duration": "1h30m",
    "text.size": "10mb",
    "text.words": "one two  three",
    "text.none": "no number",
    nanoseconds: 1_500_000_000,
    numbers: [1, "2", 3.5],
    lists: { even: ["two"], "odd.ones": ["one", "three"] },
    deep: { "a.b": [{ c: [1] }] },
    fraction: -2.75,
    large: 2 ** 40,
    zero: 0,
    "Mixed.Case": "kept",
    "key with spaces": "ü",
  },
  env: { port: 9001, on: true },
};

/** Every key, with the winning value and its layers. */
export function expectedKeys(): readonly string[] {
  const { defaults, file, env } = settings;
  const keys = [defaults, file, env].flatMap((values) => Object.keys(values).map((key) => key.toLowerCase()));
  return [...new Set(keys)].sort();
}
