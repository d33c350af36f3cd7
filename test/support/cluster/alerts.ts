/** The alerts of docs/operations.md, evaluated as Prometheus would evaluate the little of its language that they use. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";

export interface Alert {
  readonly alert: string;
  readonly expr: string;
}

export function documentedAlerts(): readonly Alert[] {
  const text = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");
  const block = text.match(/```yaml\n(groups:[\s\S]*?)```/)?.[1] ?? "";
  return (parse(block) as { groups: { rules: Alert[] }[] }).groups.flatMap(({ rules }) => rules);
}

interface Sample {
  readonly name: string;
  readonly labels: { readonly [name: string]: string };
  readonly value: number;
}

function samples(text: string): readonly Sample[] {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [, name = "", labels = "", value = ""] = /^([a-z_]+)(?:\{([^}]*)\})? ([^ ]+)/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, text]) => [label, text] as const);
      return { name, labels: Object.fromEntries(pairs) as Sample["labels"], value: Number(value) };
    });
}

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`);

/** Names of the alerts whose expression holds after the second of two scrapes. */
export function firing(before: string, after: string): readonly string[] {
  return documentedAlerts()
    .filter(({ expr }) => holds(expr, samples(before), samples(after)))
    .map(({ alert }) => alert);
}

function holds(expr: string, before: readonly Sample[], after: readonly Sample[]): boolean {
  const [, gauge, label = "", values = "", wanted, unless] =
    /^(\w+)\{(\w+)=~"([^"]*)"\} == (\d+)(?:\s+unless ignoring \(state\) (\w+)\s*)?$/.exec(expr) ?? [];
  if (gauge !== undefined) {
    // All samples here are of one client.
    if (unless !== undefined && after.some(({ name }) => name === unless)) return false;
    return after.some(
      ({ name, labels, value }) =>
        name === gauge && whole(values).test(labels[label] ?? "") && value === Number(wanted),
    );
  }
  const [, counter, most] = /^increase\(\{__name__=~"([^"]*)"\}\[\w+\]\) > (\d+)$/.exec(expr) ?? [];
  if (counter === undefined) throw new Error(`The test cannot evaluate this expression: ${expr}`);
  const total = (all: readonly Sample[]): number =>
    all.filter(({ name }) => whole(counter).test(name)).reduce((sum, { value }) => sum + value, 0);
  return total(after) - total(before) > Number(most);
}
