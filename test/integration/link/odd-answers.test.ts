import { once } from "node:events";
import { createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { optionsFor, until, Workshop } from "../../support/memory/workshop.js";

const workshop = new Workshop();

/** The last error of a consumer whose every call is answered like this. */
async function toldOf(answer: (stream: ServerHttp2Stream) => void): Promise<string> {
  const server = createServer().on("stream", (stream) => {
    stream.on("error", () => {});
    answer(stream);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const sessions = new Set<{ destroy(): void }>();
  server.on("session", (session) => sessions.add(session));
  workshop.after(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const place = { address, authTokenFile: await workshop.file("auth_token", "token"), ipcCertFile: "" };
  const consumer = workshop.consumer(place, { ...optionsFor(place), ipcCertFile: undefined, tls: false } as object);
  await consumer.start();
  await until(() => consumer.status().attempt >= 2);
  return consumer.status().lastError?.message ?? "";
}

const grpc = { ":status": 200, "content-type": "application/grpc" };
const frame = (flag: number) => Buffer.from([flag, 0, 0, 0, 2, 0x0a, 0x00]);

it.each<[string, (stream: ServerHttp2Stream) => void]>([
  [
    "an encoding that nobody knows",
    (stream) => {
      stream.respond({ ...grpc, "grpc-encoding": "zstd" });
      stream.end(frame(1));
    },
  ],
  [
    "compressed bytes that are none",
    (stream) => {
      stream.respond({ ...grpc, "grpc-encoding": "gzip" });
      stream.end(frame(1));
    },
  ],
  ["a status that is no number", (stream) => stream.respond({ ...grpc, "grpc-status": "lots" }, { endStream: true })],
  ["an answer of HTTP", (stream) => stream.respond({ ":status": 418 }, { endStream: true })],
  [
    "an answer of another kind",
    (stream) => {
      stream.respond({ ":status": 200, "content-type": "text/html" });
      stream.end("<html>");
    },
  ],
  [
    "a length beyond every limit",
    (stream) => {
      stream.respond(grpc);
      stream.end(Buffer.from([0, 0xff, 0xff, 0xff, 0xff]));
    },
  ],
])("%s is told by a clear error, and tried again", { timeout: 30_000 }, async (_name, answer) => {
  const message = await toldOf(answer);
  expect(message).not.toMatch(/undefined|NaN|\[object/);
  expect(message).not.toBe("");
  expect(message).toMatch(/127\.0\.0\.1/);
});
