// Puts transactions into etcd, at whichever member answers.
import { connectTo } from "../../packages/configstream/build/store/index.js";
import { nowMs, partKeys, prefix, putAtKey } from "./place.mjs";

export function createWriter({ endpoints, signal }) {
  const connect = connectTo({ tls: undefined, auth: undefined });
  let connection;
  let turn = 0;
  const put = (key, value) => ({
    request_put: { key: Buffer.from(prefix + key), value: Buffer.from(JSON.stringify(value)) },
  });
  return {
    /** One transaction of several keys; tries until it is known to be in. Resolves to its revision. */
    async put(number, others = {}) {
      for (;;) {
        signal.throwIfAborted();
        try {
          connection ??= await connect(
            endpoints[turn++ % endpoints.length],
            AbortSignal.any([signal, AbortSignal.timeout(3_000)]),
          );
          const success = partKeys.map((key) => put(key, number));
          for (const [key, value] of Object.entries({ ...others, [putAtKey]: nowMs() })) success.push(put(key, value));
          const { header } = await connection.txn({ compare: [], success });
          return Number(header.revision);
        } catch {
          connection?.close();
          connection = undefined;
          await new Promise((done) => setTimeout(done, 50));
        }
      }
    },
    close: () => connection?.close(),
  };
}
