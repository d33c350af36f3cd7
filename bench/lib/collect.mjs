// Collects the garbage of all threads of this process. `gc()` would collect that of the calling one alone, and leave to the workers
// what they would have collected sooner or later.
import { Session } from "node:inspector";

export async function collectAll() {
  globalThis.gc();
  const session = new Session();
  session.connect();
  const post = (method, params) =>
    new Promise((resolve, reject) =>
      session.post(method, params, (error, result) => (error ? reject(error) : resolve(result))),
    );
  const workers = [];
  session.on("NodeWorker.attachedToWorker", ({ params }) => workers.push(params.sessionId));
  await post("NodeWorker.enable", { waitForDebuggerOnStart: false });
  const message = JSON.stringify({ id: 1, method: "HeapProfiler.collectGarbage" });
  for (const sessionId of workers) {
    const collected = new Promise((resolve) => session.once("NodeWorker.receivedMessageFromWorker", resolve));
    await post("NodeWorker.sendMessageToWorker", { sessionId, message });
    await collected;
  }
  await post("NodeWorker.disable");
  session.disconnect();
}
