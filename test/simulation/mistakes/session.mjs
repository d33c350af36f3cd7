// Mistakes in sessions, attempts and back-off.
const engine = "src/worker/engine/engine.ts";
const session = "src/worker/engine/session.ts";
const attempt = "src/worker/engine/attempt/attempt.ts";
const held = "src/worker/engine/attempt/held-stream.ts";
const backoff = "src/shared/backoff.ts";
const lifecycle = "src/worker/engine/lifecycle.ts";

export const sessionMistakes = [
  {
    name: "no delay after a stream that ended",
    edits: [
      [
        engine,
        "if (delayMs > 0) await sleep(clock, delayMs, signal);",
        "if (delayMs > 1e9) await sleep(clock, delayMs, signal);",
      ],
    ],
    test: "test/unit/worker/engine/engine.test.ts",
  },
  {
    name: "a rejected session is replaced at once, again and again",
    edits: [[engine, "rejectionsInARow === 1)", "rejectionsInARow > 0)"]],
    test: "test/unit/worker/engine/engine.test.ts",
  },
  {
    name: "rejections are not forgotten after a long live stream",
    edits: [[engine, "if (end.liveMs >= params.backoff.resetAfterMs) rejectionsInARow = 0;", ""]],
    test: "test/unit/worker/engine/engine.test.ts",
  },
  {
    name: "back-off without jitter",
    edits: [[backoff, "return floorMs + share * (cap - floorMs);", "return share > 2 ? floorMs : cap;"]],
    test: "test/unit/shared/backoff.test.ts",
  },
  {
    name: "back-off without its bound",
    edits: [[backoff, "Math.min(maxMs, initialMs * factor ** attempt)", "initialMs * factor ** attempt"]],
    test: "test/unit/shared/backoff.test.ts",
  },
  {
    name: "the connection is not closed when the stream fails",
    edits: [[attempt, "    connection?.close();\n", ""]],
    test: "test/unit/worker/engine/engine.test.ts",
  },
  {
    name: "a rejected session is kept",
    edits: [[held, "        sessions.invalidate();\n", ""]],
    test: "test/unit/worker/engine/session.test.ts",
  },
  {
    name: "the session is never refreshed, so nothing notices a dead connection",
    edits: [[session, "    schedule();\n    return {\n      stop()", "    return {\n      stop()"]],
    test: "test/unit/worker/engine/session.test.ts",
  },
  {
    name: "refreshes that get no answer are no sign of a dead connection",
    edits: [[session, "else if (unanswered >= unansweredLimit) onLoss", "else if (unanswered < 0) onLoss"]],
    test: "test/unit/worker/engine/session.test.ts",
  },
  {
    name: "a refresh that fails for another reason loses the session",
    edits: [[session, "if (isRejection(code)) onLoss", "if (!isUnanswered(code)) onLoss"]],
    test: "test/unit/worker/engine/session.test.ts",
  },
  {
    name: "refreshes stop after one that failed",
    edits: [[session, "        schedule();\n      }\n    };", "      }\n    };"]],
    test: "test/unit/worker/engine/session.test.ts",
  },
  {
    name: "the session is refreshed a thousand times as often as recommended",
    edits: [[session, "recommendedSecs * 1_000", "recommendedSecs"]],
    test: "test/unit/worker/engine/session.test.ts",
  },
  {
    name: "a new session is as old as the first one",
    edits: [
      [
        session,
        "sinceMs: this.#ports.clock.now() };\n    this.#ports.status",
        "sinceMs: ((this.#params as { firstMs?: number }).firstMs ??= this.#ports.clock.now()) };\n    this.#ports.status",
      ],
    ],
    test: "test/unit/worker/engine/session.test.ts",
  },
  {
    name: "refreshes go on after their stream",
    edits: [[session, "        stopped = true;\n        timer?.cancel();\n", ""]],
    test: "test/unit/worker/engine/session.test.ts",
  },
  {
    name: "the credentials are read once",
    edits: [
      [
        attempt,
        "    const credentials = await readCredentials({",
        "    const credentials = await ((parts as { once?: ReturnType<typeof readCredentials> }).once ??= readCredentials({",
      ],
      [
        attempt,
        "      onFailure: (error) => noteMissing(parts, error),\n    });",
        "      onFailure: (error) => noteMissing(parts, error),\n    }));",
      ],
    ],
    test: "test/unit/worker/engine/engine.test.ts",
  },
  {
    name: "the registry service that answered is not remembered",
    edits: [["src/worker/link/registry-calls.ts", "    known.registry = second;\n", ""]],
    test: "test/integration/link/transport.test.ts",
  },
  {
    name: "the other registry service is not asked",
    edits: [
      [
        "src/worker/link/registry-calls.ts",
        "if (error.code !== grpcCode.unimplemented) throw",
        "if (error.code !== 99) throw",
      ],
    ],
    test: "test/integration/link/transport.test.ts",
  },
  {
    name: "an outage that is over is shown for ever",
    edits: [
      [
        lifecycle,
        "{ attempt: 0, nextAttemptAtMs: undefined, interruptedSinceMs: undefined },",
        "{ attempt: 0, nextAttemptAtMs: undefined },",
      ],
    ],
    test: "test/unit/worker/engine/engine.test.ts",
  },
  {
    name: "attempts are counted on after success",
    edits: [
      [
        lifecycle,
        "{ attempt: 0, nextAttemptAtMs: undefined, interruptedSinceMs: undefined },",
        "{ nextAttemptAtMs: undefined, interruptedSinceMs: undefined },",
      ],
    ],
    test: "test/unit/worker/engine/engine.test.ts",
  },
  {
    name: "stopping leaves the wait between two attempts",
    edits: [
      [
        "src/worker/engine/cancel.ts",
        "      timer.cancel();\n      reject(new ConsumerStoppedError());",
        "      reject(new ConsumerStoppedError());",
      ],
    ],
    test: "test/unit/worker/engine/engine.test.ts",
  },
];
