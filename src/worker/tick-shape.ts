/**
 * Keeps Node.js 20 quick at `process.nextTick`, which grpc-js and streams call several times for each message.
 *
 * V8 forgets the hidden classes of an object literal at a full garbage collection when no such object is alive just then, and the
 * next objects get new ones. In Node.js 20 the literal in `nextTick` has computed names, and code for those gives up at the
 * second hidden class, for good: each tick then costs many times as much, and a good part of the worker's throughput is gone. A
 * main thread is spared, because the snapshot that it starts from holds such objects. One tick object that stays alive keeps the
 * classes alive; the execution's resource inside of a tick is that object. Later versions gain nothing by it.
 */
import { executionAsyncResource } from "node:async_hooks";

/** Only held; never used. */
let kept: object | undefined;

/** To be called once in a thread of the library's own, before it does any work. */
export function keepTickShape(): void {
  if (kept !== undefined || Number.parseInt(process.versions.node, 10) >= 22) return;
  process.nextTick(() => {
    kept = executionAsyncResource();
  });
}
