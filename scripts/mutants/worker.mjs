// The engine and what stands around it in the worker.
const engine = "src/worker/engine/engine.ts";
const stream = "src/worker/engine/stream.ts";
const sequencer = "src/worker/engine/sequencer.ts";
const notifier = "src/worker/telling/notifier.ts";

const engineTests = ["test/unit/worker/engine/engine.test.ts", "test/unit/worker/engine/sequencer.test.ts"];
const telling = ["test/unit/worker/telling/notifier.test.ts", "test/unit/worker/telling/publishing.test.ts"];

const mutations = [
  {
    name: "a worker that was given up goes on beside its successor",
    tests: ["test/unit/worker/late-worker.test.ts"],
    edits: [["src/worker/runtime.ts", "if (!writer.isSuperseded) return false;", "if (params.tls) return false;"]],
  },
  {
    name: "the status of a worker that was given up stays over that of its successor",
    tests: ["test/unit/worker/telling/late-latch.test.ts"],
    edits: [
      [
        "src/memory/latch.ts",
        "if (found === undefined || Buffer.compare(found, bytes) !== 0) writeLatch",
        "if (found === undefined) writeLatch",
      ],
    ],
  },
  {
    name: "providers that are being opened listen on after they were closed",
    tests: ["test/unit/worker/providers/serving.test.ts"],
    edits: [["src/worker/providers/listener.ts", "    await this.#opening;\n", ""]],
  },
  {
    name: "an older snapshot is taken after a refused one in the same stream",
    edits: [[sequencer, "lastApplied: (id - 1) | 0, missed", "lastApplied: undefined, missed"]],
  },
  {
    name: "a refused state counts as applied",
    edits: [[sequencer, "lastApplied: (id - 1) | 0, missed", "lastApplied: id, missed"]],
  },
  {
    name: "updates are applied on top of a refused state",
    edits: [[sequencer, "missed: isNewest ? id : missed, gap: true };", "missed: undefined, gap: false };"]],
  },
  {
    name: "an older snapshot is taken within a stream",
    edits: [[sequencer, 'if (distance(lastApplied, id) <= 0) return step("stale", state);', ""]],
  },
  {
    name: "ids are compared without wrap-around",
    edits: [[sequencer, "return (to - from) | 0;", "return to - from;"]],
  },
  {
    name: "rejections are not forgotten after a stream that was live for long",
    edits: [[engine, "      if (end.liveMs >= params.backoff.resetAfterMs) rejectionsInARow = 0;\n", ""]],
  },
  {
    name: "rejections are forgotten by any stream that was live",
    edits: [[engine, "if (end.liveMs >= params.backoff.resetAfterMs) rejections", "if (end.liveMs >= 0) rejections"]],
  },
  {
    name: "a session that is rejected is replaced at once every time",
    edits: [[engine, "sessions.renewable && rejectionsInARow === 1", "sessions.renewable"]],
  },
  {
    name: "a port is called after the engine has stopped",
    edits: [[stream, "    if (this.#over) return;\n    this.#onConnected();", "    this.#onConnected();"]],
  },
  {
    name: "DD_USE_RAR_CONFIG_STREAM is reported as ignored",
    tests: ["test/unit/worker/engine/ignored-env.test.ts"],
    edits: [["src/worker/engine/ignored-env.ts", '  "DD_USE_RAR_CONFIG_STREAM",\n', ""]],
  },
  {
    name: "a variable that the consumer obeys is reported as ignored",
    tests: ["test/unit/worker/engine/ignored-env.test.ts"],
    edits: [["src/worker/engine/ignored-env.ts", " && !effective.has(name)", ""]],
  },
  {
    name: "changes that merge on their way are not reported as missing",
    tests: telling,
    edits: [[notifier, "const lagged = queue.takeLost() || this.#missing;", "const lagged = this.#missing;"]],
  },
  {
    name: "what waited is told to whoever subscribes after the last one had gone",
    tests: telling,
    edits: [[notifier, "    this.#queue.clear();\n", ""]],
  },
  {
    name: "what was never sent is forgotten by the worker that comes next",
    tests: telling,
    edits: [[notifier, "    else untold?.told(changes);\n", "    untold?.clear();\n"]],
  },
];

export const worker = { tests: engineTests, mutations };
