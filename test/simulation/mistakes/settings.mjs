// Mistakes in settings: dialects, layers, overrides, guards, cache, and in the core agent itself.
const takeLast = "src/worker/guards/gate.ts";
const kept = "src/worker/guards/kept.ts";
const cache = "src/worker/cache/last-good-cache.ts";
const overrides = "src/worker/settings/overrides.ts";
const leaf = "src/worker/settings/leaf-update.ts";
const broadcaster = "packages/configstream/src/core-agent/serving/broadcaster.ts";
const subscriber = "packages/configstream/src/core-agent/serving/subscriber.ts";
const streams = "packages/configstream/src/core-agent/serving/streams.ts";
const applier = "src/worker/engine/applier.ts";

export const settingsMistakes = [
  {
    name: "a losing set of an old sender replaces the winner",
    edits: [[leaf, 'if (outranks(state.get(key), source, state)) return "ambiguous";', ""]],
    test: "test/unit/worker/engine/old-senders.test.ts",
  },
  {
    name: "an unset that is followed by a set makes its sender one that reports sets which lose",
    edits: [
      [
        "src/worker/settings/layers.ts",
        "        this.#entries.put(key, after);\n        this.#sender.taken(key, unsetSource);",
        "        this.#entries.put(key, after);",
      ],
    ],
    test: "test/unit/worker/engine/old-senders.test.ts",
  },
  {
    name: "an override is not withdrawn",
    edits: [
      [overrides, "    this.#overlay = overlay;", "    this.#overlay = new Map([...this.#overlay, ...overlay]);"],
    ],
    test: "test/unit/worker/settings/overrides.test.ts",
  },
  {
    name: "an override is made of an empty text",
    edits: [
      [
        overrides,
        'if (typeof value !== "string" || value === "") continue;',
        'if (typeof value !== "string") continue;',
      ],
    ],
    test: "test/unit/worker/settings/overrides.test.ts",
  },
  {
    name: "overrides of every client apply",
    edits: [[overrides, "      .filter((rule) => rule.clientName === clientName)\n", ""]],
    test: "test/unit/worker/settings/overrides.test.ts",
  },
  {
    name: "a snapshot's updates are published one by one",
    edits: [
      [
        applier,
        "    const staged = this.#counted(this.#stage(last));\n    const snapshots",
        '    for (const event of events) if (event.kind === "snapshot" && event.settings.length > 4) this.#apply([{ ...event, settings: event.settings.slice(0, event.settings.length >> 1) }], { ...event, settings: event.settings.slice(0, 4) });\n    const staged = this.#counted(this.#stage(last));\n    const snapshots',
      ],
    ],
    test: "test/integration/change-sets/change-sets.test.ts",
  },
  {
    name: "a held value is published by the first snapshot of a new worker",
    edits: [
      [
        takeLast,
        "if (this.#held.size > 0 || (first && !this.#ports.isNew())) return false;",
        "if (first) return true;\n    if (this.#held.size > 0) return false;",
      ],
    ],
    test: "test/unit/worker/guards/gate.test.ts",
  },
  {
    name: "a key that is held loses its last good value when a worker dies",
    edits: [[takeLast, "about.first && good !== undefined ? shownAgain(key, good) : undefined", "undefined"]],
    test: "test/unit/worker/guards/gate.test.ts",
  },
  {
    name: "a key stays held when it comes good with the value that is seen",
    edits: [
      [
        takeLast,
        "if (broken === undefined || (fault === undefined && isSeen)) {",
        "if (broken === undefined && !(was !== undefined && isSeen)) {",
      ],
    ],
    test: "test/unit/worker/guards/gate.test.ts",
  },
  {
    name: "a group is not released with its last bad key",
    edits: [
      [takeLast, "for (const member of groups.get(group) ?? []) if (this.#held.has(member)) all.add(member);", ""],
    ],
    test: "test/unit/worker/guards/gate.test.ts",
  },
  {
    name: "a key stays held when the new rules say nothing of it",
    edits: [[takeLast, "new Set([...rules.concerned, ...this.#held.keys()])", "new Set(rules.concerned)"]],
    test: "test/unit/worker/guards/rules.test.ts",
  },
  {
    name: "what a worker held that has died does not heal under the next one",
    edits: [[takeLast, "[...this.#held.keys(), ...this.#before.keys()].filter", "[...this.#held.keys()].filter"]],
    test: "test/unit/worker/guards/gate.test.ts",
  },
  {
    name: "the held value is kept in the cache, not the good one",
    edits: [
      [
        kept,
        "  if (held === undefined || held.size === 0) return claims;",
        "  if (held !== undefined) return claims;\n  if (held === undefined) return claims;",
      ],
    ],
    test: "test/unit/worker/guards/histories.test.ts",
  },
  {
    name: "a slow cache replaces what the stream has brought",
    edits: [[applier, "    if (this.#published) return false;\n    const staged", "    const staged"]],
    test: "test/unit/worker/engine/restore.test.ts",
  },
  {
    name: "a cache write that failed is never tried again",
    edits: [
      [
        cache,
        '      this.#dirty = true;\n      status.count("cacheWriteFailures");',
        '      status.count("cacheWriteFailures");',
      ],
    ],
    test: "test/unit/worker/cache/last-good-cache.test.ts",
  },
  {
    name: "what is published while the cache is written never gets into it",
    edits: [
      [cache, "    this.#dirty = false;\n    try {", "    try {"],
      [
        cache,
        "      this.#savedConfirmedAtMs = confirmed;\n",
        "      this.#savedConfirmedAtMs = confirmed;\n      this.#dirty = false;\n",
      ],
    ],
    test: "test/unit/worker/cache/last-good-cache.test.ts",
  },
  {
    name: "the cache is written while it is being written",
    edits: [[cache, "this.#stopped || this.#work !== undefined || this.#newest", "this.#stopped || this.#newest"]],
    test: "test/unit/worker/cache/last-good-cache.test.ts",
  },
  {
    name: "the cache is written at the end while it is being written",
    edits: [[cache, "    await this.#work;\n    const newerMs", "    const newerMs"]],
    test: "test/unit/worker/cache/last-good-cache.test.ts",
  },
  {
    name: "core agent: a change set goes out key by key",
    edits: [
      [
        broadcaster,
        "told.length === 1 && first !== wholeState ? encodeUpdate(origin, next, first)",
        "first !== wholeState ? encodeUpdate(origin, next, first)",
      ],
    ],
    test: "test/unit/core-agent/broadcaster.test.ts",
  },
  {
    name: "core agent: an old snapshot is sent after a change",
    edits: [[broadcaster, "      cached = undefined;\n      const [first] = told;", "      const [first] = told;"]],
    test: "test/unit/core-agent/broadcaster.test.ts",
  },
  {
    name: "core agent: an overflow is not followed by a snapshot",
    edits: [
      [
        subscriber,
        "if (frame === undefined && lastSent === feed.sequenceId) return false;",
        "if (frame === undefined) return false;",
      ],
      [subscriber, "if (frame === undefined || frame.sequenceId !== lastSent + 1) {", "if (frame === undefined) {"],
    ],
    test: "test/unit/core-agent/subscriber.test.ts",
  },
  {
    name: "core agent: a dead stream is sent to for ever",
    edits: [
      ["packages/configstream/src/core-agent/serving/open-stream.ts", "    broadcaster.unsubscribe(subscriber);\n", ""],
    ],
    test: "test/integration/core-agent/core-agent.test.ts",
  },
  {
    name: "core agent: a stream goes on without its session",
    edits: [
      [
        streams,
        "for (const stream of [...openStreams]) if (!sessions.refresh(stream.sessionId)) stream.end(sessionGone);",
        "for (const stream of [...openStreams]) sessions.refresh(stream.sessionId);",
      ],
    ],
    test: "test/integration/core-agent/core-agent.test.ts",
  },
  {
    name: "core agent: a stream keeps its session for a while only",
    edits: [[streams, "      keepSessions();\n    });", "    });"]],
    test: "test/integration/core-agent/core-agent.test.ts",
  },
  {
    name: "core agent: what was sent over a stream that has ended is remembered for ever",
    edits: [["packages/configstream/src/core-agent/serving/open-stream.ts", "    sentHere.close();\n", ""]],
    test: "test/integration/core-agent/core-agent.test.ts",
  },
  {
    name: "core agent: a stream does not keep its session",
    edits: [
      [
        streams,
        "if (!sessions.refresh(stream.sessionId)) stream.end",
        "if (!sessions.has(stream.sessionId)) stream.end",
      ],
    ],
    test: "test/integration/core-agent/core-agent.test.ts",
  },
];
