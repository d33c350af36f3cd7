// Mistakes in what a stream's events do. `edits`: file, text that stands there, text in its place. `test`: what sees it besides, or instead.
const sequencer = "src/worker/engine/sequencer.ts";
const stream = "src/worker/engine/stream.ts";
const streamLife = "src/worker/engine/stream-life.ts";
const applier = "src/worker/engine/applier.ts";

export const streamMistakes = [
  {
    name: "the last sequence id survives the stream",
    edits: [
      [
        stream,
        "  #sequence: SequenceState = streamOpened;",
        "  #sequence: SequenceState = ((globalThis as { last?: SequenceState }).last ??= streamOpened);",
      ],
      [
        stream,
        "    this.#over = true;\n    this.#arrivals.take();",
        "    this.#over = true;\n    (globalThis as { last?: SequenceState }).last = this.#sequence;\n    this.#arrivals.take();",
      ],
    ],
    test: "test/unit/worker/engine/engine.test.ts",
  },
  {
    name: "a gap is ignored",
    edits: [
      [
        sequencer,
        "return jumps || state.gap ? missed(state, id) : applied(state, id, false);",
        "return applied(state, id, false);",
      ],
    ],
    test: "test/unit/worker/engine/sequencer.test.ts",
  },
  {
    name: "an update behind a gap is applied when its own id follows",
    edits: [[sequencer, "return jumps || state.gap ? missed", "return jumps ? missed"]],
    test: "test/unit/worker/engine/sequencer.test.ts",
  },
  {
    name: "stale events are applied",
    edits: [[sequencer, 'if (distance(lastApplied, id) <= 0) return step("stale", state);', ""]],
    test: "test/unit/worker/engine/sequencer.test.ts",
  },
  {
    name: "an event with the last id is not stale",
    edits: [[sequencer, "if (distance(lastApplied, id) <= 0)", "if (distance(lastApplied, id) < 0)"]],
    test: "test/unit/worker/engine/sequencer.test.ts",
  },
  {
    name: "an update before the first snapshot is applied",
    edits: [
      [
        sequencer,
        'return event.kind === "snapshot" ? applied(state, id, false) : missed(state, id);',
        "return applied(state, id, false);",
      ],
    ],
    test: "test/unit/worker/engine/sequencer.test.ts",
  },
  {
    name: "ids do not wrap",
    edits: [[sequencer, "return (to - from) | 0;", "return to - from;"]],
    test: "test/unit/worker/engine/sequencer.test.ts",
  },
  {
    name: "no resync is awaited after a gap",
    edits: [[stream, "this.#life.awaitsResync(awaitsResync(this.#sequence));", "this.#life.awaitsResync(false);"]],
    test: "test/unit/worker/engine/engine.test.ts",
  },
  {
    name: "a resync that does not come is waited for for ever",
    edits: [
      [
        streamLife,
        "this.#resync ??= this.#parts.clock.setTimer(this.#parts.resyncTimeoutMs, () => this.#noResync());",
        "",
      ],
    ],
    test: "test/unit/worker/engine/engine.test.ts",
  },
  {
    name: "a first snapshot that does not come is waited for for ever",
    edits: [
      [
        streamLife,
        "this.#firstSnapshot = parts.clock.setTimer(firstSnapshotTimeoutMs, () => this.#noFirstSnapshot());",
        "",
      ],
    ],
    test: "test/unit/worker/engine/engine.test.ts",
  },
  {
    name: "after a refused state its updates are applied",
    edits: [[stream, "      this.#refuse(last);\n", ""]],
    test: "test/unit/worker/engine/engine.test.ts",
  },
  {
    name: "an older snapshot is taken after a refused one in the same stream",
    edits: [[sequencer, "lastApplied: (id - 1) | 0, missed", "lastApplied: undefined, missed"]],
    test: "test/unit/worker/engine/engine.test.ts",
  },
  {
    name: "a refused state is forgotten when the next difference is made",
    edits: [[applier, "this.#unpublished.add(staged.changes);", ""]],
    test: "test/unit/worker/engine/engine.test.ts",
  },
  {
    name: "a refused state is committed all the same",
    edits: [
      [
        applier,
        "    const judged = gate?.judge(visible,",
        "    staged.commit();\n    const judged = gate?.judge(visible,",
      ],
    ],
    test: "test/unit/worker/engine/engine.test.ts",
  },
  {
    name: "what arrives together is published one by one, out of order",
    edits: [
      ["src/worker/engine/arrivals.ts", "    const list = this.#list;\n", "    const list = this.#list.reverse();\n"],
    ],
    test: "test/unit/worker/engine/engine.test.ts",
  },
  {
    name: "what came before the end of a stream is dropped, and the end is not told",
    edits: [
      [
        stream,
        "    // What came before the end is still valid.\n    this.#handleArrived();\n    this.#settling.release();\n    this.#finish(",
        '    this.#end();\n    if (error?.name === "never") this.#finish(',
      ],
    ],
    test: "test/unit/worker/engine/engine.test.ts",
  },
  {
    name: "an event of an old stream is handled",
    edits: [
      [
        stream,
        "  #arrive(arrival: Arrival): void {\n    if (this.#over) return;",
        "  #arrive(arrival: Arrival): void {",
      ],
      [stream, "if (last === undefined || this.#over) return;", "if (last === undefined) return;"],
    ],
    test: "test/unit/worker/engine/engine.test.ts",
  },
  {
    name: "an ambiguous update asks for no snapshot",
    edits: [[stream, "if (applied.wantsSnapshot) this.#life.wantsSnapshot();", ""]],
    test: "test/unit/worker/engine/old-senders.test.ts",
  },
  {
    name: "what is held back by settleMs is lost at the end of a stream",
    edits: [
      [
        stream,
        "    this.#handleArrived();\n    this.#settling.release();\n    this.#finish({",
        "    this.#handleArrived();\n    this.#finish({",
      ],
    ],
    test: "test/unit/worker/engine/settling.test.ts",
  },
];
