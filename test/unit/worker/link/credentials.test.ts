import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createCredentialsReader, parseCertificateFile } from "../../../../src/worker/link/credentials.js";
import { makeCertificate, type TestCertificate } from "../../../support/agents/certificates.js";
import { VirtualClock } from "../../../support/engine/virtual-clock.js";

let folder: string;
let authTokenFile: string;
let ipcCertFile: string;
let good: TestCertificate;
let other: TestCertificate;
const clock = new VirtualClock(Date.now());

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "credentials-"));
  authTokenFile = join(folder, "auth_token");
  ipcCertFile = join(folder, "ipc_cert.pem");
  good = await makeCertificate();
  other = await makeCertificate();
});

beforeEach(async () => {
  await Promise.all([
    rm(authTokenFile, { force: true, recursive: true }),
    rm(ipcCertFile, { force: true, recursive: true }),
  ]);
  await Promise.all([writeFile(authTokenFile, "secret-token\n"), writeFile(ipcCertFile, good.pem)]);
});

afterAll(() => rm(folder, { recursive: true }));

const read = (tls = true) => createCredentialsReader({ authTokenFile, ipcCertFile, tls }, clock).read();

/** The error of a read that must fail. It never quotes what is secret. */
async function fault(): Promise<string> {
  const thrown: unknown = await read().then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toMatchObject({ code: "credentials", retryable: true });
  const message = (thrown as Error).message;
  expect(message).not.toContain("secret");
  expect(message).not.toContain("PRIVATE KEY-----");
  return message;
}

describe("the credentials reader", () => {
  it("gives the trimmed token, the certificate and its key", async () => {
    await expect(read()).resolves.toEqual({
      token: "secret-token",
      certificate: good.certificate,
      privateKey: good.privateKey,
    });
  });

  it("reads again at every call, so that a rotation is seen", async () => {
    const reader = createCredentialsReader({ authTokenFile, ipcCertFile, tls: true }, clock);
    await reader.read();
    await writeFile(authTokenFile, "new");
    await writeFile(ipcCertFile, other.pem);
    await expect(reader.read()).resolves.toMatchObject({ token: "new", certificate: other.certificate });
  });

  it("takes a key in SEC1 form behind its EC PARAMETERS block as well as one in PKCS #8", async () => {
    const key = createPrivateKey(good.privateKey);
    const parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
    for (const type of ["sec1", "pkcs8"] as const) {
      const privateKey = key.export({ type, format: "pem" }).toString();
      await writeFile(ipcCertFile, good.certificate + parameters + privateKey);
      await expect(read()).resolves.toMatchObject({ privateKey });
    }
  });

  it("needs only the token without TLS", async () => {
    await rm(ipcCertFile);
    await expect(read(false)).resolves.toEqual({ token: "secret-token", certificate: "", privateKey: "" });
  });

  it.each(["token", "certificate"])("says which file is missing: the %s file", async (what) => {
    const path = what === "token" ? authTokenFile : ipcCertFile;
    await rm(path);
    expect(await fault()).toBe(
      `The ${what} file ${path} does not exist; check the path, or start the core agent, which writes it.`,
    );
  });

  it.each(["token", "certificate"])("says which file is empty: the %s file", async (what) => {
    const path = what === "token" ? authTokenFile : ipcCertFile;
    await writeFile(path, " \n");
    expect(await fault()).toBe(`The ${what} file ${path} is empty.`);
  });

  it.skipIf(process.getuid?.() === 0)("says that a file may not be read", async () => {
    await chmod(authTokenFile, 0o000);
    expect(await fault()).toContain(`${authTokenFile} cannot be read (EACCES)`);
  });

  it("says that a path is a directory", async () => {
    await rm(authTokenFile);
    const reader = createCredentialsReader({ authTokenFile: folder, ipcCertFile, tls: true }, clock);
    await expect(reader.read()).rejects.toThrow(`The token file ${folder} is a directory, not a file.`);
  });

  it.skipIf(process.platform === "win32")(
    "refuses a named pipe instead of waiting for something that writes",
    async () => {
      for (const path of [authTokenFile, ipcCertFile]) {
        await rm(path);
        execFileSync("mkfifo", [path]);
        expect(await fault()).toContain(`${path} is not a regular file`);
        await rm(path);
        await writeFile(path, "secret-token");
      }
    },
  );

  it("refuses a file that is much larger than a token or a certificate", async () => {
    await writeFile(authTokenFile, Buffer.alloc(1024 * 1024 + 1, "s"));
    expect(await fault()).toContain("has 1048577 bytes, more than 1048576");
  });

  it("says path and advice in fields as well", async () => {
    await rm(authTokenFile);
    await expect(read()).rejects.toMatchObject({
      details: {
        path: authTokenFile,
        what: `The token file ${authTokenFile} does not exist.`,
        advice: "Check the path, or start the core agent, which writes it.",
      },
    });
  });

  it("refuses a token that a header could not carry, without quoting it", async () => {
    await writeFile(authTokenFile, "secret one\nsecret two\n");
    expect(await fault()).toContain("does not hold one token");
    await writeFile(authTokenFile, "secret-\u00e9");
    expect(await fault()).toContain("does not hold one token");
  });

  it("says that the PEM has no certificate, no key, or an encrypted one", async () => {
    await writeFile(ipcCertFile, good.privateKey);
    expect(await fault()).toContain("has no CERTIFICATE block");
    await writeFile(ipcCertFile, good.certificate);
    expect(await fault()).toContain("has no PRIVATE KEY block");
    await writeFile(
      ipcCertFile,
      good.certificate + good.privateKey.replaceAll("EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
    );
    expect(await fault()).toContain("is encrypted");
  });

  it("says that certificate or key are damaged, as in a file that is only half written", async () => {
    const damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    await writeFile(ipcCertFile, damaged + good.privateKey);
    expect(await fault()).toContain("The certificate in");
    const badKey = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    await writeFile(ipcCertFile, good.certificate + badKey);
    expect(await fault()).toContain("The private key in");
    await writeFile(ipcCertFile, good.pem.slice(0, -40));
    expect(await fault()).toContain("has no PRIVATE KEY block");
  });

  it("passes over blocks of other kinds, whose labels only resemble", async () => {
    const block = (label: string) => `-----BEGIN ${label}-----\nAAAA\n-----END ${label}-----\n`;
    const others = ["TRUSTED CERTIFICATE", "CERTIFICATE REQUEST", "PRIVATE KEY COPY"].map(block).join("");
    await writeFile(ipcCertFile, others + good.pem);
    await expect(read()).resolves.toMatchObject({ certificate: good.certificate, privateKey: good.privateKey });
    for (const label of ["ENCRYPTED PRIVATE KEY COPY", "DECRYPTED ENCRYPTED PRIVATE KEY"]) {
      await writeFile(ipcCertFile, good.certificate + block(label));
      expect(await fault()).toContain("has no PRIVATE KEY block");
    }
  });

  it("are those that the core agent's own configuration file names, where that is looked at", async () => {
    await writeFile(authTokenFile, "other");
    const configFile = join(folder, "datadog.yaml");
    await writeFile(
      configFile,
      `cmd_host: core\nauth_token_file_path: ${authTokenFile}\nipc_cert_file_path: ${ipcCertFile}\n`,
    );
    const discovery = { configFile, isGiven: true, given: {}, variables: {}, directory: folder };
    for (const tls of [true, false]) {
      const located: string[] = [];
      const params = { authTokenFile: "/no/token", ipcCertFile: "/no/certificate", tls, discovery };
      const found = await createCredentialsReader(params, clock, (address) => located.push(address)).read();
      const place = { coreAgentAddress: "core:5001", authTokenFile, ipcCertFile: tls ? ipcCertFile : "" };
      expect(found).toMatchObject({ token: "other", place });
      expect(located).toEqual(["core:5001"]);
    }
  });

  it("hold up to the last second of the certificate, and from the first one", () => {
    const { validFrom, validTo } = new X509Certificate(good.certificate);
    for (const atMs of [Date.parse(validFrom), Date.parse(validTo)]) {
      expect(parseCertificateFile(good.pem, ipcCertFile, atMs)).toMatchObject({ privateKey: good.privateKey });
    }
    expect(() => parseCertificateFile(good.pem, ipcCertFile, Date.parse(validFrom) - 1)).toThrow("is not valid before");
    expect(() => parseCertificateFile(good.pem, ipcCertFile, Date.parse(validTo) + 1)).toThrow("expired at");
  });

  it("says that certificate and key do not belong together", async () => {
    await writeFile(ipcCertFile, good.certificate + other.privateKey);
    expect(await fault()).toBe(`The certificate and the private key in ${ipcCertFile} do not belong together.`);
  });

  it("says with dates that the certificate has expired, or is not valid yet", async () => {
    const day = 86_400_000;
    const now = clock.now();
    await writeFile(ipcCertFile, (await makeCertificate(now - 4_000 * day)).pem);
    expect(await fault()).toMatch(
      new RegExp(`expired at \\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z; now it is ${new Date(now).toISOString()}`),
    );
    await writeFile(ipcCertFile, (await makeCertificate(now + day)).pem);
    expect(await fault()).toMatch(/is not valid before \d{4}-\d\d-\d\dT[\d:.]+Z; now it is/);
  });
});
