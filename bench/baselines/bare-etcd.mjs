// A bare client of etcd, as it is usually written with grpc-js, proto-loader and etcd's own contract, here with the messages of a range and a watch.
import { grpc, protoLoader } from "./grpc.mjs";

const field = (type, id, rule) => ({ type, id, ...(rule === undefined ? {} : { rule }) });
const contract = {
  nested: {
    etcdserverpb: {
      nested: {
        ResponseHeader: {
          fields: {
            cluster_id: field("uint64", 1),
            member_id: field("uint64", 2),
            revision: field("int64", 3),
            raft_term: field("uint64", 4),
          },
        },
        KeyValue: {
          fields: {
            key: field("bytes", 1),
            create_revision: field("int64", 2),
            mod_revision: field("int64", 3),
            version: field("int64", 4),
            value: field("bytes", 5),
            lease: field("int64", 6),
          },
        },
        RangeRequest: { fields: { key: field("bytes", 1), range_end: field("bytes", 2) } },
        RangeResponse: {
          fields: {
            header: field("ResponseHeader", 1),
            kvs: field("KeyValue", 2, "repeated"),
            more: field("bool", 3),
            count: field("int64", 4),
          },
        },
        KV: { methods: { Range: { requestType: "RangeRequest", responseType: "RangeResponse" } } },
        WatchCreateRequest: { fields: { key: field("bytes", 1), range_end: field("bytes", 2) } },
        WatchRequest: { fields: { create_request: field("WatchCreateRequest", 1) } },
        Event: { fields: { type: field("int32", 1), kv: field("KeyValue", 2) } },
        WatchResponse: {
          fields: {
            header: field("ResponseHeader", 1),
            watch_id: field("int64", 2),
            created: field("bool", 3),
            events: field("Event", 11, "repeated"),
          },
        },
        Watch: {
          methods: {
            Watch: {
              requestType: "WatchRequest",
              requestStream: true,
              responseType: "WatchResponse",
              responseStream: true,
            },
          },
        },
      },
    },
  },
};
const definition = protoLoader.fromJSON(contract, { keepCase: true, longs: String, enums: String, defaults: true });
const { KV, Watch } = grpc.loadPackageDefinition(definition).etcdserverpb;
const options = { "grpc.max_receive_message_length": -1 };

/** Connects, and resolves to all keys and values of a range. */
export function bareRange(endpoint, range) {
  // A connection of its own each time, as something that has just started has.
  const client = new KV(endpoint, grpc.credentials.createInsecure(), {
    ...options,
    "grpc.use_local_subchannel_pool": 1,
  });
  return new Promise((resolve, reject) => {
    client.Range(range, (error, answer) => {
      client.close();
      if (error) reject(error);
      else resolve(answer.kvs);
    });
  });
}

/** Calls back with each event of a range from when it resolves, to { close() }: what is put before the watch is there is not told. */
export async function bareWatch(endpoint, range, onEvent) {
  const client = new Watch(endpoint, grpc.credentials.createInsecure(), options);
  const stream = client.Watch();
  const isThere = new Promise((resolve) => {
    // The first message says that the watch is made, without events.
    stream.once("data", resolve);
  });
  stream.on("data", ({ events }) => {
    for (const event of events) onEvent(event);
  });
  stream.on("error", () => {});
  stream.write({ create_request: range });
  await isThere;
  return {
    close() {
      stream.cancel();
      client.close();
    },
  };
}
