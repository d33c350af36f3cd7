import { describe, expect, it } from "vitest";
import { type Block, blocksOf } from "../../support/documents/documents.js";

const page = `Text.

<!-- given
import { createConsumer } from "configstream-consumer";
-->

\`\`\`ts
createConsumer({ clientName: "a" });
\`\`\`

<!-- run -->
\`\`\`js
console.log(1);
\`\`\`

- item

  \`\`\`
  tree
  \`\`\`

<!-- any other comment -->
\`\`\`sh
npm test
\`\`\`
`;

describe("the blocks of a page", () => {
  it("are found with their language, their line, and what the comment before them says", () => {
    const blocks = blocksOf("a.md", page);
    expect(blocks).toEqual([
      {
        at: "a.md:7",
        language: "ts",
        code: 'createConsumer({ clientName: "a" });\n',
        given: '\nimport { createConsumer } from "configstream-consumer";\n',
        run: false,
      },
      { at: "a.md:12", language: "js", code: "console.log(1);\n", given: "", run: true },
      { at: "a.md:18", language: "", code: "tree\n", given: "", run: false },
      { at: "a.md:23", language: "sh", code: "npm test\n", given: "", run: false },
    ] satisfies Block[]);
  });

  it("must all be closed", () => {
    expect(() => blocksOf("a.md", "```js\nlet a;\n")).toThrow("a.md: 1 fences, but 0 blocks.");
  });
});
