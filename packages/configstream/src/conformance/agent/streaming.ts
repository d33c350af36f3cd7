/** What a stream begins with, and how changes arrive on it. */
import { Deviation } from "../deviation.js";
import type { Scenario } from "../scenario.js";
import type { FollowedStream } from "./followed.js";
import type { Event } from "./mirror.js";
import type { AgentTrial } from "./trial.js";

const group = "stream";
const changes = 6;
/** Settings of a change set. */
const setKeys = ["a", "b", "c", "d", "e"].map((name) => `conformance.set.${name}`);

const lacks = (name: "set" | "unset" | "setMany", option: string) => (trial: AgentTrial) =>
  trial.judged.commands[name] === undefined ? `give ${option} to have it judged` : undefined;

export const streaming: readonly Scenario<AgentTrial>[] = [
  {
    id: "snapshot-first",
    group,
    promise:
      "A stream begins with a snapshot that has an origin, a sequence id of 0 or more, and a key for each setting.",
    async run(trial) {
      const { mirror } = await trial.follow();
      if (mirror.sequenceId < 0) throw new Deviation("a sequence id of 0 or more", `${mirror.sequenceId}`);
    },
  },
  {
    id: "same-for-all",
    group,
    promise: "Two streams that are at one sequence id have the same settings.",
    async run(trial) {
      const [first, second] = [await trial.follow(), await trial.follow()];
      await sameSequenceId(trial, first, second);
      same(first, second);
    },
  },
  {
    id: "changes-in-order",
    group,
    promise: "Each change arrives on every stream, in order, with the next sequence id and one origin.",
    lacks: lacks("set", "--set"),
    async run(trial) {
      const streams = [await trial.follow(), await trial.follow()] as const;
      const { values } = trial.judged;
      for (let number = 0; number < changes; number++) {
        const value = values[number % 2] as string;
        await trial.set(value);
        for (const stream of streams) await arrives(trial, stream, value);
      }
      await sameSequenceId(trial, ...streams);
      same(...streams);
    },
  },
  {
    id: "late-stream",
    group,
    promise: "The snapshot of a stream that is opened after changes is what a stream from before has come to.",
    lacks: lacks("set", "--set"),
    async run(trial) {
      const early = await trial.follow();
      for (const value of trial.judged.values) {
        await trial.set(value);
        await arrives(trial, early, value);
      }
      const late = await trial.follow();
      await sameSequenceId(trial, early, late);
      same(early, late);
    },
  },
  {
    id: "unset",
    group,
    promise: "When a setting is unset, streams come to what is left of it.",
    lacks: (trial) => lacks("set", "--set")(trial) ?? lacks("unset", "--unset")(trial),
    async run(trial) {
      await trial.unset();
      const stream = await trial.follow();
      const { key, values } = trial.judged;
      const before = stream.mirror.text(key);
      const value = values.find((each) => each !== before) as string;
      await trial.set(value);
      await arrives(trial, stream, value);
      await trial.unset();
      await trial.until(
        () => isThere(stream, () => stream.mirror.text(key) === before),
        `${key} = ${before ?? "nothing"}`,
        () => `${stream.mirror.text(key)}`,
      );
    },
  },
  {
    id: "change-set-whole",
    group,
    promise: "Settings that change together arrive in one message.",
    lacks: lacks("setMany", "--set-many"),
    async run(trial) {
      const stream = await trial.follow();
      const halves: string[] = [];
      for (const value of trial.judged.values) {
        stream.listen((event) => note(stream, event, value, halves));
        await trial.setMany(setKeys.map((key) => [key, value]));
        await trial.until(
          () => isThere(stream, () => holding(stream, value) === setKeys.length),
          `${setKeys.join(", ")} = ${value}`,
          () => `${holding(stream, value)} of them have it`,
        );
      }
      const [first] = halves;
      if (first !== undefined) throw new Deviation(`all ${setKeys.length} settings in one message`, first);
    },
  },
];

function note(stream: FollowedStream, { kind }: Event, value: string, halves: string[]): void {
  const has = holding(stream, value);
  if (has > 0 && has < setKeys.length) halves.push(`${has} of them after a ${kind}`);
}

function holding({ mirror }: FollowedStream, value: string): number {
  return setKeys.filter((key) => mirror.text(key) === value).length;
}

async function arrives(trial: AgentTrial, stream: FollowedStream, value: string): Promise<void> {
  const { key } = trial.judged;
  await trial.until(
    () => isThere(stream, () => stream.mirror.text(key) === value),
    `${key} = ${value}`,
    () => stream.mirror.text(key) ?? "nothing",
  );
}

function isThere(stream: FollowedStream, isSo: () => boolean): boolean {
  stream.check();
  return isSo();
}

function sameSequenceId(trial: AgentTrial, left: FollowedStream, right: FollowedStream): Promise<void> {
  return trial.until(
    () => isThere(left, () => isThere(right, () => left.mirror.sequenceId === right.mirror.sequenceId)),
    "two streams at one sequence id",
    () => `${left.mirror.sequenceId} and ${right.mirror.sequenceId}`,
  );
}

function same({ mirror: left }: FollowedStream, { mirror: right }: FollowedStream): void {
  const keys = [...new Set([...left.values.keys(), ...right.values.keys()])];
  const other = keys.find((key) => left.values.get(key) !== right.values.get(key));
  // Names only: these are the settings of a real agent, credentials among them.
  if (other !== undefined) throw new Deviation("the same settings in both streams", `another value of ${other}`);
}
