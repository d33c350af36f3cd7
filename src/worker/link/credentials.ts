/**
 * Reads the two IPC credential files that stand beside the core agent's configuration: `auth_token` (text) and
 * `ipc_cert.pem` (one PEM: the certificate, then its private key).
 *
 * Reads once per call; waiting for the files and reading again after a rotation belong to the engine.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Clock } from "../../shared/clock.js";
import { ConfigStreamError } from "../../shared/errors.js";
import type { EngineParams } from "../../shared/params.js";
import type { Credentials, CredentialsReader } from "../ports.js";

/** Where the credentials are. With `tls: false` only the token is read. */
export type CredentialParams = Pick<EngineParams, "authTokenFile" | "ipcCertFile" | "tls">;

/** Makes the reader of the credential files. The clock decides whether the certificate is valid now. */
export function createCredentialsReader(params: CredentialParams, clock: Clock): CredentialsReader {
  return {
    async read() {
      const token = await readToken(params.authTokenFile);
      if (!params.tls) return { token, certificate: "", privateKey: "" };
      const pem = await readText(params.ipcCertFile, "certificate file");
      return { token, ...parseCertificateFile(pem, params.ipcCertFile, clock.now()) };
    },
  };
}

/** The token alone. Rejects with a `ConfigStreamError` of code `credentials`. */
export async function readToken(path: string): Promise<string> {
  const token = (await readText(path, "token file")).trim();
  // gRPC would refuse such a token with a message that quotes it.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw fault(`The token file ${path} does not hold one token: it has blanks or characters that are not ASCII.`);
  }
  return token;
}

/** A file that is not empty. Rejects with a `ConfigStreamError` of code `credentials` that calls it `what`. */
export async function readText(path: string, what: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (thrown) {
    throw fault(`The ${what} ${path} ${readFault(thrown)}`);
  }
  if (text.trim() === "") throw fault(`The ${what} ${path} is empty.`);
  return text;
}

function readFault(thrown: unknown): string {
  const code = (thrown as NodeJS.ErrnoException).code ?? "unknown error";
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return "does not exist; check the path, or start the core agent, which writes it.";
    case "EACCES":
    case "EPERM":
      return `cannot be read (${code}); let this process's user read it.`;
    case "EISDIR":
      return "is a directory, not a file.";
    default:
      return `cannot be read (${code}).`;
  }
}

/** Certificate and key of a PEM, checked. Throws a `ConfigStreamError` of code `credentials`. */
export function parseCertificateFile(pem: string, path: string, nowMs: number): Omit<Credentials, "token"> {
  const certificate = firstBlock(pem, /^CERTIFICATE$/);
  if (certificate === undefined) {
    throw fault(`The certificate file ${path} has no CERTIFICATE block; it must hold the certificate, then its key.`);
  }
  const privateKey = firstBlock(pem, /^(EC |RSA )?PRIVATE KEY$/);
  if (privateKey === undefined) {
    const encrypted = firstBlock(pem, /^ENCRYPTED PRIVATE KEY$/) !== undefined;
    throw fault(
      encrypted
        ? `The private key in the certificate file ${path} is encrypted; it must be in plain PEM.`
        : `The certificate file ${path} has no PRIVATE KEY block after its certificate.`,
    );
  }
  const parsed = parseCertificate(certificate, path);
  if (!parsed.checkPrivateKey(parseKey(privateKey, path))) {
    throw fault(`The certificate and the private key in ${path} do not belong together.`);
  }
  checkDates(parsed, path, nowMs);
  return { certificate, privateKey };
}

/** The first PEM block whose label matches; an `EC PARAMETERS` block in front of a key is thereby passed over. */
function firstBlock(pem: string, label: RegExp): string | undefined {
  for (const match of pem.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g)) {
    if (label.test(match[1] ?? "")) return `${match[0]}\n`;
  }
  return undefined;
}

function parseCertificate(pem: string, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw fault(`The certificate in ${path} cannot be parsed; the file may be damaged or half written.`);
  }
}

function parseKey(pem: string, path: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // The parser's own message is left out: nothing about a key belongs into an error.
    throw fault(`The private key in ${path} cannot be parsed; the file may be damaged or half written.`);
  }
}

function checkDates(certificate: X509Certificate, path: string, nowMs: number): void {
  const from = Date.parse(certificate.validFrom);
  const to = Date.parse(certificate.validTo);
  if (nowMs > to) {
    throw fault(`The certificate in ${path} expired at ${iso(to)}; now it is ${iso(nowMs)}. Renew it.`);
  }
  if (nowMs < from) {
    throw fault(
      `The certificate in ${path} is not valid before ${iso(from)}; now it is ${iso(nowMs)}. Check this machine's clock.`,
    );
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function fault(message: string): ConfigStreamError {
  return new ConfigStreamError("credentials", message);
}
