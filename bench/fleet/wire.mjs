// What a subscriber says, and how it counts what it hears: as little work as possible, so that it does not hold up the server.
import { agentSecureService } from "../../dist/wire/service-names.js";
import { loadContract } from "../../packages/configstream/build/core-agent/contract.js";

const service = loadContract()[agentSecureService];
const pathOf = (method) => `/${agentSecureService}/${method}`;

export const streamPath = pathOf("StreamConfigEvents");
export const registerPath = pathOf("RegisterRemoteAgent");

export const registerMessage = framed(
  service.RegisterRemoteAgent.requestSerialize({ pid: "1", flavor: "bench", display_name: "bench", services: [] }),
);
export const streamMessage = framed(service.StreamConfigEvents.requestSerialize({ name: "bench" }));
export const sessionOf = (answer) => service.RegisterRemoteAgent.responseDeserialize(answer.subarray(5)).session_id;

/** gRPC puts five bytes before each message: not compressed, and the length. */
function framed(message) {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** Calls back for each whole message of a flow of bytes that may be cut anywhere. */
export function messageCounter(onMessage) {
  let head = Buffer.alloc(0);
  let missing = 0;
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (missing === 0) {
        const part = chunk.subarray(at, at + 5 - head.length);
        at += part.length;
        head = Buffer.concat([head, part]);
        if (head.length < 5) return;
        missing = head.readUInt32BE(1);
        head = Buffer.alloc(0);
      }
      const taken = Math.min(missing, chunk.length - at);
      missing -= taken;
      at += taken;
      if (missing === 0) onMessage();
    }
  };
}
