import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readYaml, YamlFault, type YamlValue } from "../../../src/files/yaml-tree.js";

interface Vector {
  readonly text: string;
  readonly value?: unknown;
  readonly error?: true;
}

/** What the agent's own YAML reader answers. */
const vectors = JSON.parse(
  readFileSync(new URL("../../fixtures/yaml-vectors.json", import.meta.url), "utf8"),
) as Record<"scalars" | "documents", readonly Vector[]>;

/** As the vectors write it: infinity and NaN are no JSON. */
function plain(value: YamlValue): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, item]) => [name, plain(item)]));
  if (Array.isArray(value)) return (value as readonly YamlValue[]).map(plain);
  if (typeof value !== "number" || Number.isFinite(value)) return value;
  return { number: Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf" };
}

function answer(document: string): Omit<Vector, "text"> {
  try {
    const { root } = readYaml(document, () => {});
    if (root !== null && !(root instanceof Map)) return { error: true };
    return { value: plain(root ?? new Map()) };
  } catch (error) {
    expect(error).toBeInstanceOf(YamlFault);
    return { error: true };
  }
}

/** Documents that the agent refuses and this reader takes, or the other way round, each with the reason. */
const differences: ReadonlyMap<string, string> = new Map([
  ["%YAML 1.2\n---\na: yes\n", "taken: the directive changes nothing"],
  [`a: "\\ud83d\\ude00"\n`, "taken: JSON writes such pairs"],
  ["a: 'b'# c\n", "refused: a comment needs a space before it"],
]);

const cases = [
  ...vectors.scalars.map((vector) => ({ ...vector, document: `k: ${vector.text}\n` })),
  ...vectors.documents.map((vector) => ({ ...vector, document: vector.text })),
].filter(({ text }) => !differences.has(text));

describe("the YAML reader answers as the agent's", () => {
  it.each(cases)("to $text", ({ document, value, error }) => {
    expect(answer(document)).toEqual(error ? { error } : { value });
  });
});
