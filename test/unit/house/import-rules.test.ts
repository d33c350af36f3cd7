/** The house of docs/design.md, "Shape": what may name what, in both packages. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  circles,
  deepClasses,
  largeFolders,
  readTree,
  roomOf,
  type Source,
  type Starts,
  sourceOf,
  targetOf,
  withoutComments,
} from "../../support/house/source-tree.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const library = readTree(`${root}src`);
/** The package of the command and the core agent. */
const companion = readTree(`${root}packages/configstream/src`);
const files = [...library, ...companion];

/** Rooms of the library, and those that each may import from, itself excepted. */
const libraryRooms: Record<string, readonly string[]> = {
  shared: [],
  memory: ["shared"],
  "memory/reader": ["memory", "shared"],
  "memory/writer": ["memory", "shared"],
  wire: ["shared"],
  // What a consumer says of itself, to the application and, by the worker, to the core agent.
  status: ["memory", "shared"],
  main: ["memory", "memory/reader", "shared", "status"],
  worker: ["files", "memory", "memory/reader", "memory/writer", "shared", "status", "wire"],
  files: ["shared"],
  local: ["files", "main", "memory", "memory/writer", "shared", "status", "worker"],
  testing: ["files", "local", "main", "shared"],
  register: ["main", "shared"],
  internal: ["files", "main", "shared", "wire", "worker"],
  // The public surface.
  "": ["files", "local", "main", "shared", "status"],
};

/** Rooms of the other package: the command uses the core agent by what its entry exports, as applications do. */
const companionRooms: Record<string, readonly string[]> = {
  // The store of a fleet: etcd.
  store: [],
  "core-agent": ["store"],
  // The kit that judges consumers and core agents: its scripted core agent is served by parts of the real one.
  conformance: ["core-agent"],
  cli: ["conformance", "core-agent", "store"],
};

/** What is started by its address alone: the worker's thread. */
const starts: Starts = {
  "main/hosting/worker-code.ts": ["worker/thread.ts", "worker/thread.generated.cjs"],
};

/** Imports of a tree that its rooms do not allow. */
function forbidden(sources: readonly Source[], rooms: Record<string, readonly string[]>): string[] {
  const names = Object.keys(rooms);
  return sources.flatMap(({ path, imports }) => {
    const room = roomOf(path, names);
    return imports
      .map((specifier) => targetOf(path, specifier))
      .filter((target) => target !== undefined)
      .filter((target) => !starts[path]?.includes(target))
      .filter((target) => {
        const other = roomOf(target, names);
        return target.startsWith("../") || (other !== room && !rooms[room]?.includes(other));
      })
      .map((target) => `${path} imports ${target}`);
  });
}

describe("the rooms", () => {
  it("are all known to this test", () => {
    const unknown = (sources: readonly Source[], rooms: Record<string, readonly string[]>) =>
      sources
        .map(({ path }) => path)
        .filter((path) => path.includes("/") || !("" in rooms))
        .filter((path) => roomOf(path, Object.keys(rooms)) === "");
    expect(unknown(library, libraryRooms)).toEqual([]);
    expect(unknown(companion, companionRooms)).toEqual([]);
  });

  it("import in one direction only", () => {
    const found = [...forbidden(library, libraryRooms), ...forbidden(companion, companionRooms)];
    expect(found).toEqual([]);
  });

  it("have no circles of imports, those of types included", () => {
    expect([...circles(library, starts), ...circles(companion, starts)]).toEqual([]);
  });

  it("of the second package see the first one's entries only, and the library never sees the second package", () => {
    const entries = ["configstream-consumer", "configstream-consumer/internal", "configstream-consumer/internal/link"];
    const named = (sources: readonly Source[]) =>
      new Set(sources.flatMap(({ imports }) => imports).filter((name) => name.startsWith("configstream")));
    expect([...named(companion)].filter((name) => !entries.includes(name))).toEqual([]);
    expect([...named(library)]).toEqual([]);
  });

  it("hold at most twenty entries each, tests and scripts included", () => {
    const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root });
    const paths = tracked.toString().split("\n");
    const inHouse = paths.filter((path) => /^(src|packages|test|scripts|bench|examples)\//.test(path));
    expect(largeFolders(inHouse, 20)).toEqual([]);
  });

  it("have no class that stands on more than one other class of ours", () => {
    expect(deepClasses(files, 2)).toEqual([]);
  });
});

describe("the rules notice", () => {
  const rooms = { a: ["b"], b: [], "b/inner": [] };

  it("an import against the direction, into an inner room, or out of the tree, in whatever form it stands", () => {
    const sources = [
      sourceOf("a/one.ts", 'import { x } from "../b/two.js";\nconst y = await import("../b/inner/three.js");'),
      sourceOf("b/two.ts", 'export type { x } from "../a/one.js";\ntype Y = import("../a/one.js").Y;'),
      sourceOf("b/inner/three.ts", 'const url = new URL("../../../other/four.js", import.meta.url);'),
    ];
    expect(forbidden(sources, rooms)).toEqual([
      "a/one.ts imports b/inner/three.ts",
      "b/two.ts imports a/one.ts",
      "b/inner/three.ts imports ../other/four.ts",
    ]);
  });

  it("a circle that only types make", () => {
    const sources = [
      sourceOf("a.ts", 'import type { B } from "./b.js";'),
      sourceOf("b.ts", 'import { c } from "./c.js";'),
      sourceOf("c.ts", 'export type C = import("./a.js").A;'),
    ];
    expect(circles(sources)).toEqual(["a.ts → b.ts → c.ts → a.ts"]);
    expect(circles(sources.slice(1))).toEqual([]);
    expect(circles(sources, { "c.ts": ["a.ts"] })).toEqual([]);
  });

  it("a folder of more entries than allowed, and not those of its folders or generated ones", () => {
    const names = (count: number) => Array.from({ length: count }, (_unused, index) => `a/${index}.ts`);
    expect(largeFolders([...names(3), "a/b/4.ts"], 3)).toEqual(["a"]);
    expect(largeFolders([...names(2), "a/b/4.ts", "a/b/5.ts", "a/x.generated.ts"], 3)).toEqual([]);
  });

  it("a class that stands on two others, over several files", () => {
    const sources = [
      sourceOf("a.ts", "export class A extends Error {}"),
      sourceOf("b.ts", "class B extends A {}\nclass C extends B {}"),
    ];
    expect(deepClasses(sources, 2)).toEqual(["C < B < A"]);
  });

  it("what a module loads, apart from what only its types name", () => {
    const source = sourceOf("a.ts", 'import type { T } from "t";\nimport { type U } from "u";\nimport { v } from "v";');
    expect(source.imports).toEqual(["t", "u", "v"]);
    expect(source.loads).toEqual(["v"]);
  });
});

describe("the dangerous and the heavy", () => {
  const uses = (pattern: RegExp, sources = files) =>
    sources.filter(({ text }) => pattern.test(withoutComments(text))).map(({ path }) => path);
  const importers = (name: string, sources = files) =>
    sources
      .filter(({ loads }) => loads.some((specifier) => specifier === name || specifier.startsWith(`${name}/`)))
      .map(({ path }) => path)
      .sort();

  it("keep Atomics in the memory", () => {
    expect(uses(/\bAtomics\b/).filter((path) => roomOf(path, ["memory"]) === "")).toEqual([]);
    expect(uses(/\bAtomics\b/).length).toBeGreaterThan(0);
  });

  it("import msgpackr in the codec only", () => {
    expect(importers("msgpackr")).toEqual(["memory/codec.ts"]);
  });

  it("import comlink at the two ends of the control port only", () => {
    const found = importers("comlink");
    expect(found).toContain("worker/attached.ts");
    expect(found.filter((path) => path !== "worker/attached.ts" && !path.startsWith("main/hosting/"))).toEqual([]);
  });

  it("import grpc-js where calls are made and served only", () => {
    expect(importers("@grpc/grpc-js", library)).toEqual([
      // The calls to the core agent, and the addresses with a zone that grpc-js alone does not connect to.
      "worker/link/call-metadata.ts",
      "worker/link/connected-watch.ts",
      "worker/link/transport.ts",
      "worker/link/watched-credentials.ts",
      "worker/link/zoned-resolver.ts",
      // What the consumer serves to the core agent; one that serves nothing runs no file of providers/.
      "worker/providers/providers.ts",
      "worker/providers/services.ts",
    ]);
    expect(importers("@grpc/grpc-js", companion)).toEqual([
      // Codes alone, and the core agent that does what a scenario says.
      "conformance/scenarios/reconnect.ts",
      "conformance/scenarios/sessions.ts",
      "conformance/scripted/agent.ts",
      "conformance/scripted/registry.ts",
      // The core agent's calls to what remote agents serve.
      "core-agent/clients/provider-call.ts",
      // Codes alone: of streams that it ends, and of faults on request.
      "core-agent/core-agent.ts",
      "core-agent/faults.ts",
      // What it serves, and what a token lets pass.
      "core-agent/serving/auth.ts",
      "core-agent/serving/open-stream.ts",
      "core-agent/serving/refuse-early.ts",
      "core-agent/serving/registry-service.ts",
      "core-agent/serving/report-service.ts",
      "core-agent/serving/server.ts",
      "core-agent/serving/streams.ts",
      // The calls to the store, and what their failures mean.
      "store/etcd/client.ts",
      "store/etcd/failures.ts",
    ]);
  });

  it("import proto-loader in the two contracts only, and protobufjs nowhere", () => {
    expect(importers("@grpc/proto-loader")).toEqual(["core-agent/contract.ts", "store/etcd/contract.ts"]);
    expect(importers("protobufjs")).toEqual([]);
  });

  it("import prom-client in the core agent's metrics, and for the consumer's in the two files that load it", () => {
    expect(importers("prom-client", companion)).toEqual(["core-agent/metrics.ts"]);
    expect(importers("prom-client", library)).toEqual([
      "main/status/prom-client-bundled.ts",
      "main/status/prom-client-node.ts",
    ]);
    expect(importers("#prom-client")).toEqual(["main/status/prom-client.ts"]);
  });

  it("leave clock and chance to what composes: the policies take them as parameters", () => {
    const pure = [
      "shared/backoff.ts",
      "worker/engine/sequencer.ts",
      "worker/settings/layers.ts",
      "worker/settings/diff.ts",
      "worker/settings/priority.ts",
      "worker/settings/dialects.ts",
      "worker/settings/overrides.ts",
      "worker/settings/flatten.ts",
      "memory/writer/value-space.ts",
    ];
    const paths = files.map(({ path }) => path);
    expect(pure.filter((path) => !paths.includes(path))).toEqual([]);
    const impure = /Date\.now|new Date\(\)|performance\.|Math\.random|setTimeout|setInterval|setImmediate|from "node:/;
    expect(uses(impure).filter((path) => pure.includes(path))).toEqual([]);
  });

  it("have no default exports, no `any`, and no console in the library", () => {
    expect(uses(/^export default /m)).toEqual([]);
    expect(uses(/:\s*any\b|<any>|\bas any\b/)).toEqual([]);
    expect(uses(/\bconsole\./)).toEqual([]);
  });
});
