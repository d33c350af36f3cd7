// Writes the transactions, each exactly once and in their order, however often the answer gets lost.

import { pause } from "../support.mjs";
import { counter, keysOf, markOf, prefix } from "./shape.mjs";

const put = (name, number) => ({ request_put: { key: Buffer.from(prefix + name), value: Buffer.from(`${number}`) } });

/**
 * A try without an answer may still be on its way, in the queue of a leader that hangs, and be made seconds later: without a guard an older
 * number would then replace a newer one in the store itself. So each transaction stands on the revision of the one before.
 */
export function createWriter({ connect, endpoints }) {
  const written = [];
  const counts = { writes: 0, unanswered: 0 };
  const key = Buffer.from(prefix + counter);
  let connection;
  let member = 0;

  const attempt = async (number, success) => {
    connection ??= await connect(endpoints[member++ % endpoints.length]);
    const mod_revision = written.at(-1)?.revision ?? 0;
    const compare = [{ key, target: "MOD", result: "EQUAL", mod_revision }];
    const { succeeded, header } = await connection.txn({ compare, success });
    if (succeeded) return Number(header.revision);
    const { kvs = [] } = await connection.range({ key });
    const [made] = kvs;
    if (Buffer.from(made?.value ?? []).toString() === `${number}`) return Number(made.mod_revision);
    throw new Error("Something else has written the counter of the storm.");
  };

  return {
    counts,
    /** The transactions that are in, as `{ number, revision }`. */
    written,
    async write(group, number) {
      const names = [...keysOf(group), markOf(number), counter];
      const success = names.map((name) => put(name, number));
      for (;;) {
        try {
          written.push({ number, revision: await attempt(number, success) });
          counts.writes += 1;
          return;
        } catch (error) {
          if (error.name !== "StoreError") throw error;
          counts.unanswered += 1;
          connection?.close();
          connection = undefined;
          await pause(50);
        }
      }
    },
    close: () => connection?.close(),
  };
}
