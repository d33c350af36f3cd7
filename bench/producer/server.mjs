// Serves what a consumer asks of a core agent: the two register services, and the stream.
import { createServer as createHttp2Server } from "node:http2";
import { createServer as createTlsServer } from "node:tls";
import { agentSecureService, remoteAgentService } from "../../dist/wire/service-names.js";
import { loadContract } from "../../packages/configstream/build/core-agent/contract.js";
import { Connection } from "./connection.mjs";

const contract = loadContract();
const head = { ":status": 200, "content-type": "application/grpc+proto" };

/** `onStream` is given the connection, on which events may be written. Gives the port. */
export async function serve({ certificate, privateKey, token }, onStream) {
  const answers = unaryAnswers();
  const http2 = createHttp2Server({ settings: { initialWindowSize: 2 ** 20 } });
  const connections = new WeakMap();
  http2.on("stream", (stream, headers) => {
    stream.on("error", () => {});
    stream.resume();
    const path = headers[":path"];
    if (headers.authorization !== `Bearer ${token}`) return refuse(stream, 16);
    if (path === `/${agentSecureService}/StreamConfigEvents`) {
      const connection = connections.get(stream.session);
      void connection.open(stream, head).then(() => onStream(connection));
      return;
    }
    const answer = answers.get(path);
    if (answer === undefined) return refuse(stream, 12);
    stream.on("end", () => {
      stream.respond(head, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
      stream.end(answer);
    });
  });
  const tls = createTlsServer({
    cert: certificate,
    key: privateKey,
    ca: certificate,
    requestCert: true,
    rejectUnauthorized: true,
    ALPNProtocols: ["h2"],
  });
  tls.on("secureConnection", (socket) => {
    socket.setNoDelay(true);
    const connection = new Connection(socket);
    http2.once("session", (session) => connections.set(session, connection));
    http2.emit("connection", connection.pipe);
  });
  await new Promise((resolve) => tls.listen(0, "127.0.0.1", resolve));
  return tls.address().port;
}

function unaryAnswers() {
  const registration = { session_id: "bench", recommended_refresh_interval_secs: 10 };
  const answers = new Map();
  for (const service of [agentSecureService, remoteAgentService]) {
    for (const [name, answer] of Object.entries({ RegisterRemoteAgent: registration, RefreshRemoteAgent: {} })) {
      const message = contract[service][name].responseSerialize(answer);
      const prefix = Buffer.alloc(5);
      prefix.writeUInt32BE(message.length, 1);
      answers.set(`/${service}/${name}`, Buffer.concat([prefix, message]));
    }
  }
  return answers;
}

function refuse(stream, status) {
  stream.respond({ ...head, "grpc-status": String(status) }, { endStream: true });
}
