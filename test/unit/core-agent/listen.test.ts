import { createServer, type Server as NetServer } from "node:net";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { afterEach, describe, expect, test } from "vitest";
import { listen } from "../../../packages/configstream/src/core-agent/serving/listen.js";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Linux serves all of 127.0.0.0/8, so two addresses of it stand for the two families of `localhost`. */
const two = async () => [{ address: "127.0.0.1" }, { address: "127.0.0.2" }, { address: "127.0.0.1" }];
const insecure = ServerCredentials.createInsecure();

function newServer(): Server {
  const server = new Server();
  cleanups.push(() => server.forceShutdown());
  return server;
}

/** Listens with a plain socket; resolves with it, or rejects when the address is taken. */
function occupy(host: string, port: number): Promise<NetServer> {
  return new Promise((done, fail) => {
    const socket = createServer();
    socket.once("error", fail);
    socket.listen({ host, port }, () => {
      cleanups.push(() => new Promise((closed) => socket.close(closed)));
      done(socket);
    });
  });
}

const portOf = (socket: NetServer): number => (socket.address() as { port: number }).port;

describe.runIf(process.platform === "linux")("listening on a name with several addresses", () => {
  test("binds all of them to the same free port", async () => {
    const { port, hosts } = await listen(newServer(), { host: "name", port: 0 }, insecure, two);
    expect(port).toBeGreaterThan(0);
    expect(hosts).toEqual(["127.0.0.1", "127.0.0.2"]);
    for (const host of ["127.0.0.1", "127.0.0.2"]) {
      await expect(occupy(host, port)).rejects.toMatchObject({ code: "EADDRINUSE" });
    }
  });

  test("refuses a port that is taken on one of them, and gives the others free", async () => {
    const port = portOf(await occupy("127.0.0.2", 0));
    const server = newServer();
    await expect(listen(server, { host: "name", port }, insecure, two)).rejects.toMatchObject({
      code: "address_unavailable",
      message: expect.stringContaining(`name:${port}: another process listens there`),
    });
    server.forceShutdown();
    await occupy("127.0.0.1", port);
  });

  test("does without an address that the host does not have, unless it is the only one", async () => {
    const foreign = { address: "192.0.2.1" };
    const both = async () => [foreign, { address: "127.0.0.1" }];
    expect((await listen(newServer(), { host: "name", port: 0 }, insecure, both)).hosts).toEqual(["127.0.0.1"]);
    await expect(listen(newServer(), { host: "name", port: 0 }, insecure, async () => [foreign])).rejects.toMatchObject(
      {
        code: "address_unavailable",
        message: expect.stringContaining("not an address of this host"),
      },
    );
  });
});

test("a host name that cannot be resolved is named", async () => {
  const failing = () => Promise.reject(new Error("ENOTFOUND"));
  await expect(listen(newServer(), { host: "no.such", port: 1 }, insecure, failing)).rejects.toMatchObject({
    code: "address_unavailable",
    message: expect.stringContaining("no.such:1: the host name cannot be resolved"),
  });
});
