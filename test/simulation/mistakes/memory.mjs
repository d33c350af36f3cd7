// A few of the memory scheme's mistakes: scripts/mutants/memory.mjs has them all. And some of a thread's life and death.
const arenaWriter = "src/memory/writer/arena-writer.ts";
const hotReader = "src/main/reader/hot-reader.ts";
const regionWriter = "src/memory/writer/region-writer.ts";
const supervisor = "src/main/hosting/supervisor.ts";
const regionStatus = "src/worker/telling/region-status.ts";

export const memoryMistakes = [
  {
    name: "a publish is visible before it is written",
    edits: [
      [
        arenaWriter,
        "    beginPublish(region, this.#blockAt, publish);\n",
        "    beginPublish(region, this.#blockAt, publish);\n    endPublish(region, this.#blockAt, publish);\n",
      ],
    ],
    test: "test/memory/interleaving.test.ts",
  },
  {
    name: "getters keep what has changed",
    edits: [[hotReader, "      else this.#dropChanged(changed, absentStamp);\n", ""]],
    test: "test/unit/main/reader/hot-reader.test.ts",
  },
  {
    name: "a new arena is visible before it is full",
    edits: [
      [
        regionWriter,
        "      const staged = arena.stage(contents, info);\n",
        "      region.store(header.arena, ordinal);\n      const staged = arena.stage(contents, info);\n",
      ],
    ],
    test: "test/memory/interleaving.test.ts",
  },
  {
    name: "a hand-over marks no cells before it is visible",
    edits: [[regionWriter, "      markAllCells(region, arena.publishNumber);\n", ""]],
    test: "test/memory/interleaving.test.ts",
  },
  {
    name: "pages of a writer that may still live are used again",
    edits: [[supervisor, "if (this.#givenUp.length === 0) this.#ports.onAllGone();", "this.#ports.onAllGone();"]],
    test: "test/unit/main/hosting/supervisor.test.ts",
  },
  {
    name: "blocks of dead writers are never used again",
    edits: [
      ["src/main/consumer/consumer.ts", "onAllGone: () => markWritersGone(this.#region),", "onAllGone: () => {},"],
    ],
    test: "test/unit/main/consumer/lives.test.ts",
  },
  {
    name: "no other worker follows one that died",
    edits: [[supervisor, "this.#retry = clock.setTimer(delayMs, () => this.#restart());", ""]],
    test: "test/unit/main/hosting/supervisor.test.ts",
  },
  {
    name: "a worker that stands still is left alone",
    edits: [[supervisor, "      host.kill(`", "      void (`"]],
    test: "test/unit/main/hosting/supervisor.test.ts",
  },
  {
    name: "a worker is restarted after stop",
    edits: [
      [supervisor, "      if (this.#stopping !== undefined) return;\n      this.#forget();", "      this.#forget();"],
    ],
    test: "test/unit/main/hosting/supervisor.test.ts",
  },
  {
    name: "the heartbeat goes on after the stop",
    edits: [["src/worker/runtime.ts", "      heartbeat?.cancel();\n", ""]],
    test: "test/life/stop.test.ts",
  },
  {
    name: "a new worker forgets since when nothing could arrive",
    edits: [
      [
        regionStatus,
        "interruptedSinceMs: this.#before?.interruptedSinceMs ?? status.interruptedSinceMs,",
        "interruptedSinceMs: status.interruptedSinceMs,",
      ],
    ],
    test: "test/unit/worker/telling/region-status.test.ts",
  },
  {
    name: "a worker that was given up goes on beside its successor",
    edits: [["src/worker/runtime.ts", "if (!writer.isSuperseded) return false;", "if (params.tls) return false;"]],
    test: "test/unit/worker/late-worker.test.ts",
  },
];
