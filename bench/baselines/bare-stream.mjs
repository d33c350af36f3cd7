// A bare grpc-js stream of the core agent's events, as it is usually written with proto-loader and the .proto files; with the
// library's own channel options, so that neither side waits for flow control more than the other.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { grpc, protoLoader } from "./grpc.mjs";

const protoRoot = fileURLToPath(new URL("../../proto", import.meta.url));
const definition = protoLoader.loadSync("datadog/api/v1/api.proto", {
  includeDirs: [protoRoot],
  keepCase: true,
  longs: Number,
  enums: String,
});
const { AgentSecure } = grpc.loadPackageDefinition(definition).datadog.api.v1;

/** Opens the stream; `onEvent` is given each decoded event. Gives { close() }. */
export function openBareStream({ address, authTokenFile, ipcCertFile }, onEvent) {
  const pem = readFileSync(ipcCertFile);
  const token = readFileSync(authTokenFile, "utf8").trim();
  const client = new AgentSecure(address, grpc.credentials.createSsl(pem, pem, pem), {
    "grpc.ssl_target_name_override": "localhost",
    "grpc.max_receive_message_length": 128 * 1024 * 1024,
    "grpc-node.flow_control_window": 4 * 1024 * 1024,
    "grpc.enable_retries": 0,
    "grpc.enable_channelz": 0,
    "grpc.service_config_disable_resolution": 1,
  });
  const metadata = new grpc.Metadata();
  metadata.set("authorization", `Bearer ${token}`);
  metadata.set("session_id", "bench");
  const call = client.StreamConfigEvents({ name: "bench" }, metadata);
  call.on("data", onEvent);
  let closed = false;
  call.on("error", (error) => {
    if (!closed) throw error;
  });
  return {
    close() {
      closed = true;
      call.cancel();
      client.close();
    },
  };
}
