/** An address with a zone, which grpc-js by itself does not connect to. */
import { once } from "node:events";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { experimental } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { createGrpcTransport } from "../../../../src/worker/link/transport.js";
import { channelTarget } from "../../../../src/worker/link/zoned-resolver.js";
import { testParams } from "../../../support/engine/engine-bench.js";

const hasIpv6 = networkInterfaces().lo?.some(({ address }) => address === "::1") ?? false;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("the target of a channel", () => {
  it("is left to grpc-js, except for an address with a zone", () => {
    expect(channelTarget({ host: "agent", port: 5001 })).toBe("dns:agent:5001");
    expect(channelTarget({ host: "::1", port: 5001 })).toBe("dns:[::1]:5001");
    expect(channelTarget({ host: "fe80::1%eth0", port: 5001 })).toBe("zoned:[fe80::1%eth0]:5001");
    expect(channelTarget({ host: "fe80::1%eth0", port: 5001 })).toBe("zoned:[fe80::1%eth0]:5001");
  });

  it("with a zone is known at once, given once to who asks, and again to who lost it", async () => {
    channelTarget({ host: "fe80::1%eth0", port: 5001 });
    const given: unknown[] = [];
    const resolver = experimental.createResolver(
      { scheme: "zoned", path: "[fe80::1%eth0]:5001" },
      (endpoints) => given.push(endpoints) > 0,
      {},
    );
    resolver.updateResolution();
    resolver.updateResolution();
    expect(given).toEqual([]);
    await turn();
    const known = { ok: true, value: [{ addresses: [{ host: "fe80::1%eth0", port: 5001 }] }] };
    expect(given).toEqual([expect.objectContaining(known)]);
    resolver.destroy();
    resolver.updateResolution();
    await turn();
    expect(given).toHaveLength(2);
  });

  it.skipIf(!hasIpv6)("with a zone is connected to, and the zone stands in no header", async () => {
    const server = createServer();
    const authorities: unknown[] = [];
    server.on("stream", (stream, headers) => {
      authorities.push(headers[":authority"]);
      stream.respond({ ":status": 200, "content-type": "application/grpc", "grpc-status": "12" }, { endStream: true });
    });
    server.listen(0, "::1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const transport = createGrpcTransport({ ...testParams, tls: false, coreAgentAddress: `[::1%lo]:${port}` });
    for (let connections = 0; connections < 2; connections++) {
      const connection = transport.connect({ token: "t", certificate: "", privateKey: "" });
      await expect(connection.refresh("s", { deadlineMs: 5_000 })).rejects.toThrow(/does not offer RefreshRemoteAgent/);
      connection.close();
    }
    expect(new Set(authorities)).toEqual(new Set([`[::1]:${port}`]));
    server.close();
  });
});
