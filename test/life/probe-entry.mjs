// The worker's own entry, with an observer beside it that can make it die or get stuck. Given to consumers as `workerUrl`.
import { spawnSync } from "node:child_process";
import { getEnvironmentData } from "node:worker_threads";
import { Region } from "../../dist/memory/region.js";
import { Untold } from "../../dist/memory/untold.js";
import { commands, probe, probeData, releaseFileData } from "./words.mjs";

const words = getEnvironmentData(new URL(import.meta.url).searchParams.get("probe") ?? probeData);
Atomics.add(words, probe.lives, 1);
if (Atomics.load(words, probe.writesLeft) !== 0) countWrites();

const sampleEveryMs = 20;
let last = performance.now();
setInterval(() => {
  const now = performance.now();
  most(probe.longestTurn, now - last - sampleEveryMs);
  last = now;
  const { heapUsed, rss } = process.memoryUsage();
  Atomics.store(words, probe.heap, heapUsed / 1024);
  Atomics.store(words, probe.rss, rss / 1024);
  most(probe.peakHeap, heapUsed / 1024);
  most(probe.peakRss, rss / 1024);
  obey(Atomics.load(words, probe.command));
}, sampleEveryMs).unref();

await import("../../dist/worker/thread.js");

function most(word, value) {
  if (value > Atomics.load(words, word)) Atomics.store(words, word, value);
}

function obey(command) {
  // The word is not written then, because a command that has come since it was read would be lost.
  if (command === commands.none) return;
  if (command === commands.collect) {
    globalThis.gc();
    Atomics.store(words, probe.heap, process.memoryUsage().heapUsed / 1024);
  }
  // The next worker does not have to do the same.
  Atomics.store(words, probe.command, commands.none);
  if (command === commands.loop) for (;;);
  if (command === commands.wait) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (command === commands.native) waitInNativeCode();
  if (command === commands.exit) process.exit(3);
  if (command === commands.throw) throw new Error("A defect that nobody caught.");
  if (command === commands.reject) void Promise.reject(new Error("A rejection that nobody handled."));
  if (command === commands.fillMemory) for (const all = []; ; ) all.push(new Array(10_000).fill({}));
}

/** A synchronous child process: no JavaScript runs until it has ended, and ending the thread by force has to wait. */
function waitInNativeCode() {
  const code = `
    const { existsSync } = require("node:fs");
    const giveUpAt = Date.now() + 120_000;
    setInterval(() => (existsSync(process.argv[1]) || Date.now() > giveUpAt) && process.exit(), 20);
  `;
  spawnSync(process.execPath, ["-e", code, getEnvironmentData(releaseFileData)]);
}

/** Ends this worker in the middle of whatever it does at the n-th write. */
function countWrites() {
  const counted = (prototype, names) => {
    for (const name of names) {
      const write = prototype[name];
      prototype[name] = function (...args) {
        if (Atomics.load(words, probe.writesLeft) > 0 && Atomics.sub(words, probe.writesLeft, 1) === 1) {
          Atomics.store(words, probe.writesLeft, -1);
          Atomics.add(words, probe.strikes, 1);
          process.exit(4);
          for (;;);
        }
        return write.apply(this, args);
      };
    }
  };
  const ofRegion = ["store", "store64", "add", "exchange", "compareExchange", "setPlain", "copyIn", "clear", "grow"];
  counted(Region.prototype, ofRegion);
  counted(Untold.prototype, ["add", "told", "clear"]);
}
