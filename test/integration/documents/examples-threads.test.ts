import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { root, variablesFor, Workshop } from "../../support/memory/workshop.js";

const workshop = new Workshop();
const patience = { timeout: 20_000 };

describe("the examples", { timeout: 60_000 }, () => {
  it("feature-flag: the same service reads its own file, and the core agent once the flag is on", async () => {
    const file = join(await workshop.folder(), "agent.yaml");
    await copyFile(join(root, "examples/feature-flag/agent.yaml"), file);
    const agent = await workshop.agent({ defaults: { "greeter.greeting": "Hello from the core agent" } });
    const start = async (env: Record<string, string>) => {
      const service = workshop.node(["examples/feature-flag/main.mjs"], { CONFIG_FILE: file, PORT: "0", ...env });
      await service.printed(" }\n");
      const port = /listening on .*port: (\d+)/.exec(service.output)?.[1];
      return { service, answer: async () => await (await fetch(`http://127.0.0.1:${port}`)).text() };
    };

    const off = await start({});
    expect(off.service.output).toContain("settings from local");
    expect(await off.answer()).toBe("Good morning\n");
    await writeFile(file, (await readFile(file, "utf8")).replace("Good morning", "Good evening"));
    await vi.waitFor(async () => expect(await off.answer()).toBe("Good evening\n"), patience);
    expect(await off.service.end()).toBe(0);

    const on = await start({ ...variablesFor(agent), DD_USE_RAR_CONFIG_STREAM: "true" });
    expect(on.service.output).toContain("settings from core-agent");
    expect(await on.answer()).toBe("Hello from the core agent\n");
    agent.set("greeter.greeting", "Good night");
    await vi.waitFor(async () => expect(await on.answer()).toBe("Good night\n"), patience);
    expect(await on.service.end()).toBe(0);
  });

  it("worker-pool: each thread of the pool reads the newest setting, without being told", async () => {
    const agent = await workshop.agent({ defaults: { "shop.discount_percent": 10 } });
    const shop = workshop.node(["examples/worker-pool/main.mjs"], variablesFor(agent));
    await shop.printed("discounted: 90, 180, 270, 360\n");
    agent.set("shop.discount_percent", 50);
    await shop.printed("discounted: 50, 100, 150, 200\n");
    expect(await shop.end()).toBe(0);
  });
});

it.each(["start-up", "threads", "patterns"])(
  "docs/%s.md shows the examples as they stand, but for their first comment",
  async (page) => {
    const text = await readFile(join(root, `docs/${page}.md`), "utf8");
    const blocks = [...text.matchAll(/<!-- (examples\/\S+) -->\n```js\n([\s\S]*?)```/g)];
    expect(blocks.length).toBeGreaterThan(0);
    for (const [, path, code] of blocks) {
      const file = await readFile(join(root, path as string), "utf8");
      expect(code).toBe(file.replace(/^\/\*[\s\S]*?\*\/\n/, ""));
    }
  },
);
