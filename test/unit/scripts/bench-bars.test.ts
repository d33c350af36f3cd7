import { describe, expect, it } from "vitest";

/** The benchmarks are JavaScript without types. */
const load = (name: string) => import(new URL(`../../../bench/${name}.mjs`, import.meta.url).href);
const { bars, countVerdicts, verdicts } = await load("runs/bars");
const { row } = await load("rows/row");
const { verdictTable } = await load("report/verdict-table");

const rowOf = (id: string, subject: number, more: object = {}) => ({
  ...row({
    suite: "reads",
    id,
    name: `of ${id}`,
    unit: "ns",
    subjects: [subject],
    baselines: [1],
    bar: { atMost: 1 },
    ...more,
  }),
  node: "v20.1.0",
});
const runWith = (rows: object[], more: object = {}) => ({ rows, parts: [{ suite: "reads" }], ...more });

describe("the verdicts", () => {
  it("have a line for each bar, P1 to P22", () => {
    expect(bars.map(({ id }: { id: string }) => id)).toEqual(Array.from({ length: 22 }, (_, i) => `P${i + 1}`));
    const lines = verdictTable(runWith([rowOf("P1", 0.5), rowOf("P4", 2), rowOf("P4", 1)])).split("\n");
    expect(lines).toHaveLength(2 + 22);
    expect(lines[2]).toMatch(/^\| P1 \|.*\| ✓ 1 of 1 \|/);
    expect(lines[5]).toMatch(/^\| P4 \|.*\| \*\*✗\*\* 1 of 2 \| of P4 \(Node\.js 20\): 2×, bound ≤ 1×/);
  });

  it("say of a bar that was not measured why", () => {
    const run = runWith([rowOf("P2", Number.NaN)], { absent: { P22: "etcd and etcdctl were not installed" } });
    const why = Object.fromEntries(verdicts(run).map((one: { id: string; why?: string }) => [one.id, one.why]));
    expect(why).toMatchObject({
      P1: "not part of this run",
      P2: "this system does not report what it needs",
      P6: "the suite isolation has not been run",
      P19: "the suite package has not been run",
      P22: "etcd and etcdctl were not installed",
    });
    expect(countVerdicts(run)).toMatchObject({ met: 0, missed: 0 });
  });

  it("neither meet nor miss a bar with what is no number", () => {
    expect(rowOf("P1", Number.NaN)).toMatchObject({ ok: null, bar: 1, value: null, ratio: null });
    expect(rowOf("P1", 5, { baselines: [0] })).toMatchObject({ ok: null });
    const inItself = { baselines: undefined, bar: { atMost: 1, of: "value" } };
    expect([rowOf("P1", 1, inItself).ok, rowOf("P1", 1.1, inItself).ok]).toEqual([true, false]);
  });
});
