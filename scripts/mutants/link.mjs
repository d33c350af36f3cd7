// The connection to the core agent.
const options = "src/worker/link/channel-options.ts";
const transport = "src/worker/link/transport.ts";
const registry = "src/worker/link/registry-calls.ts";
const credentials = "src/worker/link/watched-credentials.ts";
const sockets = "src/worker/link/socket-watch.ts";
const failure = "src/worker/link/grpc-failure.ts";

const mutations = [
  {
    name: "the token is left out of what is scrubbed",
    edits: [[transport, 'secrets: [...secrets, this.#token ?? ""],', "secrets,"]],
  },
  {
    name: "the session is left out of what is scrubbed, in a refresh",
    edits: [[transport, "{ sessionId }, options, [sessionId])", "{ sessionId }, options, [])"]],
  },
  {
    name: "the session is left out of what is scrubbed, in a stream",
    edits: [[transport, "this.#params.callTimeoutMs, [sessionId])", "this.#params.callTimeoutMs, [])"]],
  },
  {
    name: "nothing is scrubbed",
    edits: [[failure, 'if (secret !== "") text', 'if (secret === "") text']],
  },
  {
    name: "a web proxy is taken from the environment",
    edits: [[options, '"grpc.enable_http_proxy": 0', '"grpc.enable_http_proxy": 1']],
  },
  {
    name: "grpc-js retries by itself",
    edits: [[options, '"grpc.enable_retries": 0', '"grpc.enable_retries": 1']],
  },
  {
    name: "keepalive is never sent",
    edits: [[options, '"grpc.keepalive_time_ms": keepaliveRefused', '"grpc.keepalive_off_ms": keepaliveRefused']],
  },
  {
    name: "a core agent that refused keepalive gets as much of it again",
    edits: [[transport, "if (isTooManyPings(failed)) this.#learned.keepaliveRefused = true;", ""]],
  },
  {
    name: "the registry service that answered is not remembered",
    edits: [[registry, "    known.registry = second;\n", ""]],
  },
  {
    name: "the other registry service is asked after any failure",
    edits: [
      [
        registry,
        "    if (error.code !== grpcCode.unimplemented) throw",
        "    if (error.code === grpcCode.unavailable) throw",
      ],
    ],
  },
  {
    name: "a socket's error after the handshake is not seen",
    edits: [
      [
        credentials,
        'result.socket.on("error", (error) => watch.failed(error));',
        'result.socket.on("error", () => {});',
      ],
    ],
  },
  {
    name: "a socket's error in the handshake is not seen",
    edits: [[credentials, "          watch.failed(thrown);\n", ""]],
  },
  {
    name: "sockets stay behind when a connection is closed",
    edits: [[sockets, "for (const socket of this.#sockets) socket.destroy();", ""]],
  },
  {
    name: "a socket of a closed connection stays",
    edits: [[sockets, "    if (this.#released) socket.destroy();\n", ""]],
  },
];

export const link = {
  tests: ["test/unit/worker/link", "test/integration/link/transport.test.ts"],
  mutations,
};
