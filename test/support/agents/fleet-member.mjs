// One remote agent of a fleet, as a process. Its role: "serves" a status, "serves nothing", or "holds" log_level at its last good value,
// because of a guard, and must have one. Says "ready" when it has its first state; ends with its parent.
import { join } from "node:path";
import { createConsumer } from "configstream-consumer";

const [name, role, port, dataDir] = process.argv.slice(2);
const guards = { log_level: { oneOf: ["trace", "debug", "info", "warn", "error"] } };

process.stdin.on("end", () => process.exit()).resume();
const consumer = createConsumer({
  clientName: name,
  coreAgentAddress: `127.0.0.1:${port}`,
  authTokenFile: join(dataDir, "auth_token"),
  ipcCertFile: join(dataDir, "ipc_cert.pem"),
  serve: role !== "serves nothing",
  ...(role === "holds" ? { guards, required: ["log_level"], report: true } : {}),
});
await consumer.start();
await consumer.waitReady();
process.stdout.write("ready\n");
