// What the processes of the demonstration agree on.

export const prefix = "/fleet/demo/";
export const layer = "remote-config";
export const hostCount = 5;
export const consumersPerHost = 4;
/** Written by each transaction, all with its number. */
export const partKeys = ["demo.a", "demo.b", "demo.c", "demo.d", "demo.e"];
/** When the transaction was put, in ms since the epoch. */
export const putAtKey = "demo.put_at";
export const workersKey = "demo.workers";

/** With fractions, and the same in all processes of the machine. */
export const nowMs = () => performance.timeOrigin + performance.now();
