// The application's side: hosting, subscriptions, and what a thread remembers of keys.
const supervisor = "src/main/hosting/supervisor.ts";
const inlineHost = "src/main/hosting/inline-host.ts";
const stream = "src/main/subscriptions/stream.ts";
const keyReader = "src/memory/reader/key-reader.ts";
const hotReader = "src/main/reader/hot-reader.ts";

const hosting = ["test/unit/main/hosting"];
const subscriptions = ["test/unit/main/subscriptions"];
const reading = ["test/unit/memory/forgotten-keys.test.ts", "test/unit/main/reader/hot-reader.test.ts"];

const mutations = [
  {
    name: "pages are freed while a thread that was given up may live",
    tests: hosting,
    edits: [[supervisor, "if (this.#givenUp.length === 0) this", "this"]],
  },
  {
    name: "a thread that was given up is forgotten",
    tests: hosting,
    edits: [[supervisor, "    if (this.#host !== undefined) this.#givenUp = [...this.#givenUp, this.#host];\n", ""]],
  },
  {
    name: "of several waiters at one overflow the others never hear of it",
    tests: subscriptions,
    edits: [[stream, "    for (const { resolve } of others) resolve(finished);\n", ""]],
  },
  {
    name: "of several waiters at one overflow each is told by an error",
    tests: subscriptions,
    edits: [
      [
        stream,
        "for (const { resolve } of others) resolve(finished);",
        "for (const { reject } of others) reject(error);",
      ],
    ],
  },
  {
    name: "an engine in this thread tells after it has been stopped",
    tests: hosting,
    edits: [[inlineHost, "    if (stopped) return;\n    if (message.kind", "    if (message.kind"]],
  },
  {
    name: "an engine in this thread starts after it has been stopped",
    tests: hosting,
    edits: [[inlineHost, "      if (stopped) return;\n      runtime = create", "      runtime = create"]],
  },
  {
    name: "an engine in this thread whose handler throws gets no acknowledgement",
    tests: hosting,
    edits: [
      [
        inlineHost,
        '      } finally {\n        // Whatever happens here, the next batch has to come.\n        post({ kind: "ack" });\n      }',
        '        post({ kind: "ack" });\n      } finally {\n      }',
      ],
    ],
  },
  {
    name: "entries are never forgotten",
    tests: reading,
    edits: [
      [
        keyReader,
        "    if (this.#entries.size < this.#most) return;\n    let existing",
        "    if (this.#most > 0) return;\n    let existing",
      ],
    ],
  },
  {
    name: "getters keep what they know when entries are forgotten",
    tests: reading,
    edits: [[hotReader, "forgotten: () => this.#drop() }", "forgotten: () => {} }"]],
  },
  {
    name: "entries are forgotten although most of their keys exist",
    tests: reading,
    edits: [[keyReader, "this.#most = existing * 2 + SPARE_ENTRIES;", "this.#most = SPARE_ENTRIES;"]],
  },
];

export const application = { tests: hosting, mutations };
