import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

interface View {
  readonly sequenceId: number;
  getInt(key: string, missing: number): number;
}
interface Change {
  readonly key: string;
  readonly newValue: number;
}
interface ChangeSets {
  onChange(set: { readonly changes: readonly Change[]; readonly view: View }): void;
}
interface Judge {
  readonly counts: Readonly<Record<"sets" | "halves" | "backwards" | "ahead" | "skipped", number>>;
  watch(consumer: object): () => void;
  audit(agent: object, written: readonly object[]): void;
}
interface Modules {
  createJudge(): Judge;
  keysOf(group: number): readonly string[];
}

const load = (name: string) => import(new URL(`../../etcd/storm/${name}.mjs`, import.meta.url).href);
const { createJudge, keysOf } = { ...(await load("judge")), ...(await load("shape")) } as Modules;

/** A state in which the group of two keys holds these numbers, and all others 0. */
function viewOf(sequenceId: number, first: number, second = first): View {
  const [a, b] = keysOf(1);
  return { sequenceId, getInt: (key) => (key === a ? first : key === b ? second : 0) };
}

function setUp() {
  const judge = createJudge();
  let told: ChangeSets["onChange"] = () => {};
  let now = viewOf(1, 1);
  const stop = judge.watch({
    changeSets: (handlers: ChangeSets) => {
      told = handlers.onChange;
    },
    reader: () => ({ view: () => now }),
  });
  stops.push(stop);
  return {
    judge,
    shows: (view: View) => {
      now = view;
      vi.advanceTimersByTime(3);
    },
    tells: (view: View, changed = keysOf(1)) => {
      told({ view, changes: changed.map((key) => ({ key, newValue: view.getInt(key, -1) })) });
    },
  };
}

const stops: (() => void)[] = [];
beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  vi.useRealTimers();
});

const none = { halves: 0, backwards: 0, ahead: 0, skipped: 0 };

describe("the judge of the storm", () => {
  it("lets a change set be told after the reader shows a newer state", () => {
    const { judge, shows, tells } = setUp();
    shows(viewOf(4, 4));
    tells(viewOf(2, 2));
    shows(viewOf(4, 4));
    tells(viewOf(3, 3));
    tells(viewOf(4, 4));
    expect(judge.counts).toEqual({ ...none, sets: 3 });
  });

  it("counts a reader, or change sets, that go back", () => {
    const one = setUp();
    one.shows(viewOf(4, 4));
    one.shows(viewOf(5, 3));
    expect(one.judge.counts.backwards).toBe(1);
    const other = setUp();
    other.shows(viewOf(9, 9));
    other.tells(viewOf(4, 4));
    other.tells(viewOf(3, 4));
    other.tells(viewOf(5, 3));
    expect(other.judge.counts.backwards).toBe(2);
  });

  it("counts half a transaction, in what is shown and in what is told, and what is told before it can be read", () => {
    const { judge, shows, tells } = setUp();
    shows(viewOf(2, 2, 1));
    expect(judge.counts.halves).toBe(1);
    shows(viewOf(3, 3));
    tells(viewOf(3, 3), keysOf(1).slice(1));
    expect(judge.counts).toEqual({ ...none, halves: 2, sets: 1 });
    tells(viewOf(4, 4));
    expect(judge.counts.ahead).toBe(1);
  });

  it("counts a transaction that a core agent says it has, and has not", () => {
    const { judge } = setUp();
    const agent = (state: string, revision: number) => ({
      status: () => ({ store: { state, revision } }),
      get: () => ({ value: 6 }),
    });
    judge.audit(agent("live", 10), [{ number: 6, revision: 10 }]);
    judge.audit(agent("live", 10), [{ number: 7, revision: 11 }]);
    judge.audit(agent("away", 11), [{ number: 7, revision: 11 }]);
    expect(judge.counts.skipped).toBe(0);
    judge.audit(agent("live", 11), [{ number: 7, revision: 11 }]);
    expect(judge.counts.skipped).toBe(1);
  });
});
