// What keeps bad values from readers.
const gate = "src/worker/guards/gate.ts";
const verdicts = "src/worker/guards/verdicts.ts";
const applier = "src/worker/engine/applier.ts";

const histories = ["test/unit/worker/guards/histories.test.ts"];
const mutations = [
  {
    name: "a guard is judged after the publish",
    edits: [
      [
        gate,
        "changes: replaced(changes, verdict.instead),\n      commit: () => this",
        "changes,\n      commit: () => this",
      ],
    ],
  },
  {
    name: "a resync forgets held keys",
    edits: [
      [
        applier,
        "    const judged = gate?.judge(visible",
        "    gate?.forget();\n    const judged = gate?.judge(visible",
      ],
      [
        gate,
        "  /** Takes rules in place",
        "  forget(): void {\n    this.#held = new Map();\n  }\n\n  /** Takes rules in place",
      ],
    ],
  },
  {
    name: "a rule between two keys is judged only where one of them breaks a rule of its own",
    edits: [[gate, '      if (relations.size > 0 && relations.has(groupOf.get(key) ?? "")) return false;\n', ""]],
  },
  {
    name: "a rule between two keys is broken by the key that has it alone",
    edits: [[verdicts, "if (broken !== undefined) culprit ??= relation.key;", ""]],
  },
  {
    name: "rules are in force before their result is published",
    tests: ["test/unit/worker/guards/rules.test.ts"],
    edits: [
      [
        gate,
        "    const verdict = this.#judged(rules, candidates, { sequenceId",
        "    this.#rules = rules;\n    const verdict = this.#judged(rules, candidates, { sequenceId",
      ],
    ],
  },
  {
    name: "new rules wait for the first settings to be published by the old ones",
    tests: ["test/unit/worker/guards/rules.test.ts"],
    edits: [[applier, "      gate.beginWith(rules);\n      return;", "      this.#laterRules = rules;\n      return;"]],
  },
  {
    name: "a dry run says what is held anyway",
    tests: ["test/unit/worker/guards/trial.test.ts"],
    edits: [[gate, "keys.has(key) || !this.#held.has(key)", "keys.has(key) || this.#held.has(key)"]],
  },
];

export const guards = { tests: histories, mutations };
