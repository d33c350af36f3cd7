import { Socket } from "node:net";
import { expect, it } from "vitest";
import { SocketWatch } from "../../../../src/worker/link/socket-watch.js";

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

it("a socket lives until its channel is released, and two turns longer for the frames of cancelled calls", async () => {
  const watch = new SocketWatch();
  const socket = new Socket();
  watch.add(socket);
  await nextTurn();
  watch.release();
  expect(socket.destroyed).toBe(false);
  await nextTurn();
  expect(socket.destroyed).toBe(false);
  await nextTurn();
  await nextTurn();
  expect(socket.destroyed).toBe(true);
});

it("a socket that comes up after its channel was released is destroyed at once", async () => {
  const watch = new SocketWatch();
  watch.release();
  for (let turn = 0; turn < 4; turn++) await nextTurn();
  const socket = new Socket();
  watch.add(socket);
  expect(socket.destroyed).toBe(true);
});

it("the last failure is kept with its code, and what is no error is passed over", () => {
  const watch = new SocketWatch();
  watch.failed("text");
  expect([watch.lastFailure, watch.secured]).toEqual([undefined, false]);
  watch.failed(Object.assign(new Error("First."), { code: "ECONNRESET" }));
  watch.failed(undefined);
  expect(watch.lastFailure).toEqual({ code: "ECONNRESET", message: "First." });
  watch.failed(new Error("Second."));
  expect(watch.lastFailure).toEqual({ code: "", message: "Second." });
});
