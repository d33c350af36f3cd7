// What is compared: each contender starts on a producer and gives { ready, sequenceId(), read(key), close() }.
import { Worker } from "node:worker_threads";
import { Mirror } from "../baselines/mirror.mjs";
import { args } from "../lib/arguments.mjs";
import { makeGuards } from "../lib/guards.mjs";
import { stampKey } from "../lib/keys.mjs";

const bareStream = () => import("../baselines/bare-stream.mjs");

async function library({ address, authTokenFile, ipcCertFile }, _onStamp, further = {}) {
  const { createConsumer } = await import("../../dist/index.js");
  const limits = { maxKeys: 2_000_000 };
  const options = { clientName: "bench", coreAgentAddress: address, authTokenFile, ipcCertFile, limits, ...further };
  return () => {
    const consumer = createConsumer(options);
    const reader = consumer.reader();
    void consumer.start();
    return {
      ready: consumer.waitReady(),
      sequenceId: () => reader.getSequenceId(),
      read: (key) => reader.getFloat64(key),
      handle: (key) => reader.setting(key).asFloat(),
      regionBytes: () => consumer.status().regionBytes,
      close: () => consumer.stop(),
    };
  };
}

async function inThread(producer, onStamp) {
  const { openBareStream } = await bareStream();
  return () => {
    const mirror = new Mirror();
    let report;
    const ready = new Promise((resolve) => {
      report = resolve;
    });
    const stream = openBareStream(producer, (event) => {
      const { pairs, isWhole } = mirror.apply(event);
      if (isWhole) report();
      else if (onStamp !== undefined && pairs[0][0] === stampKey) onStamp(pairs[0][1]);
    });
    return { ready, sequenceId: () => mirror.sequenceId, read: (key) => mirror.values.get(key), close: stream.close };
  };
}

/** A worker that keeps a mirror on the main thread up to date by messages. */
async function cloneMirror({ address, authTokenFile, ipcCertFile }, onStamp) {
  return () => {
    const mirror = new Mirror();
    const url = new URL("../baselines/clone-worker.mjs", import.meta.url);
    const worker = new Worker(url, { workerData: { address, authTokenFile, ipcCertFile } });
    const ready = new Promise((resolve) => {
      worker.on("message", ({ pairs, isWhole, sequenceId }) => {
        if (isWhole) mirror.replace(pairs, sequenceId);
        else for (const pair of pairs) mirror.set(pair, sequenceId);
        const stamp = isWhole ? undefined : onStamp && pairs.findLast(([key]) => key === stampKey);
        if (stamp !== undefined) onStamp(stamp[1]);
        if (isWhole) resolve();
      });
    });
    return {
      ready,
      sequenceId: () => mirror.sequenceId,
      read: (key) => mirror.values.get(key),
      close: () => worker.terminate(),
    };
  };
}

// Before anything is measured: an application has its rules at hand.
const guards = args.who === "guarded" ? makeGuards(2_000) : undefined;

/** The library with 2,000 guards, which every value of the producer meets, so that each one is judged and none is held. */
function guarded(producer, onStamp) {
  return library(producer, onStamp, { guards });
}

/** Decodes and counts; keeps nothing. */
async function counting(producer) {
  const { openBareStream } = await bareStream();
  return () => {
    let sequenceId = 0;
    let report;
    const ready = new Promise((resolve) => {
      report = resolve;
    });
    const stream = openBareStream(producer, ({ snapshot, update }) => {
      sequenceId = (snapshot ?? update).sequence_id;
      if (snapshot) report();
    });
    return { ready, sequenceId: () => sequenceId, close: stream.close };
  };
}

const contenders = { library, guarded, "in-thread": inThread, "clone mirror": cloneMirror, counting };

/**
 * Loads a contender's code; calling the result starts it. `onStamp` is called for each {@link stampKey} by contenders that have a
 * handler.
 */
export function contender(name, producer, onStamp) {
  return contenders[name](producer, onStamp);
}
