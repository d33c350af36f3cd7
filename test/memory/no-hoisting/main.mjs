// Loops that never yield must see another thread's publish: no engine may take the plain read of a cell out of the loop. The
// specification would allow it, so every supported engine is tested. Each shape runs in a thread of its own, whose engine has
// never seen a change of the key when it optimises the loop; the writer is quiet until the loop is under way. node main.mjs
// [shape] prints one JSON object; exits with 1 when a shape did not see the change
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { createRegionMemory } from "../../../dist/memory/region.js";
import { shapes } from "./shapes.mjs";

const chosen = process.argv[2] === undefined ? Object.keys(shapes) : [process.argv[2]];
const seen = {};
for (const name of chosen) seen[name] = await run(name);
// What is hoisted by hand sees nothing: otherwise these loops would prove nothing.
const ok = Object.entries(seen).every(([name, { iterations, bound }]) => {
  return shapes[name].hoisted ? iterations >= bound : iterations < bound && iterations > 1_000;
});
process.stdout.write(`${JSON.stringify({ node: process.version, ok, seen })}\n`);
process.exitCode = ok ? 0 : 1;

async function run(name) {
  const memory = createRegionMemory(2 ** 24);
  /** [0]: 1 once the loop is optimised, so that the writer may publish. [1]: 1 once it has. */
  const gate = new Int32Array(new SharedArrayBuffer(8));
  const writer = new Worker(new URL("./writer.mjs", import.meta.url), { workerData: { memory, gate } });
  await once(writer, "message");
  const loop = new Worker(new URL("./loop.mjs", import.meta.url), { workerData: { memory, gate, name } });
  const [result] = await once(loop, "message");
  await Promise.all([loop.terminate(), writer.terminate()]);
  return result;
}
