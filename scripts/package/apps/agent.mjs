// A core agent in a process of its own: prints, as JSON, the environment that a consumer needs; ends with its standard input.
import { createCoreAgent } from "configstream/core-agent";

const defaults = { log_level: "info", forwarder_timeout: 30, "my_agent.port": 8126 };
const agent = createCoreAgent({ address: "127.0.0.1:0", defaults, env: false });
await agent.start();
const [host, port] = agent.address.split(":");
console.log(
  JSON.stringify({
    DD_CMD_HOST: host,
    DD_CMD_PORT: port,
    DD_AUTH_TOKEN_FILE_PATH: agent.authTokenFile,
    DD_IPC_CERT_FILE_PATH: agent.ipcCertFile,
  }),
);

let input = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (chunk) => {
  input += chunk;
  // Each line is one change: a key, a blank, and the value as JSON.
  const lines = input.split("\n");
  input = lines.pop() ?? "";
  for (const line of lines) {
    const [key, json] = line.split(" ");
    agent.set(key, JSON.parse(json));
  }
});
process.stdin.on("end", () => void agent.stop());
