/**
 * Reads the two IPC credential files that stand beside the core agent's configuration: `auth_token` (text) and
 * `ipc_cert.pem` (one PEM: the certificate, then its private key).
 *
 * Reads once per call; waiting for the files and reading again after a rotation belong to the engine.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import type { Clock } from "../../shared/clock.js";
import { isMissing, readFault } from "../../shared/disk/file-faults.js";
import { readRegularFile } from "../../shared/disk/regular-file.js";
import { ConfigStreamError } from "../../shared/errors.js";
import type { EngineParams } from "../../shared/params.js";
import type { Place } from "../../shared/place/place.js";
import { explained } from "../../shared/text/explained.js";
import { isToken, noTokenFault } from "../../shared/text/token.js";
import type { Credentials, CredentialsReader } from "../ports.js";
import { createAgentFinder } from "./agent-file.js";

/** Largest file that is read, in bytes: a token is a line, a certificate a page. */
const maxBytes = 1024 * 1024;

/** Where the credentials are. With `tls: false` only the token is read. */
export type CredentialParams = Pick<EngineParams, "authTokenFile" | "ipcCertFile" | "tls" | "discovery">;

/**
 * Makes the reader of the credential files. The clock decides whether the certificate is valid now. `onLocated` is given the
 * place of the core agent when its own configuration file named it.
 */
export function createCredentialsReader(
  params: CredentialParams,
  clock: Pick<Clock, "now">,
  onLocated: (coreAgentAddress: string) => void = () => {},
): CredentialsReader {
  const finder = params.discovery && createAgentFinder(params.discovery);
  return {
    async read() {
      const place = finder && placeFor(params, await finder.find());
      if (place !== undefined) onLocated(place.coreAgentAddress);
      const { authTokenFile, ipcCertFile } = place ?? params;
      const token = readToken(authTokenFile);
      if (!params.tls) return { token, certificate: "", privateKey: "", place };
      const pem = readText(ipcCertFile, "certificate file");
      return { token, ...parseCertificateFile(pem, ipcCertFile, clock.now()), place };
    },
  };
}

function placeFor({ tls }: CredentialParams, { address, authTokenFile, ipcCertFile }: Place): Credentials["place"] {
  return {
    coreAgentAddress: address.value,
    authTokenFile: authTokenFile.value,
    ipcCertFile: tls ? ipcCertFile.value : "",
  };
}

/** The token alone. Throws a `ConfigStreamError` of code `credentials`. */
export function readToken(path: string): string {
  const token = readText(path, "token file").trim();
  // gRPC would refuse such a token with a message that quotes it.
  if (!isToken(token)) throw fault(path, `The token file ${path} ${noTokenFault}`);
  return token;
}

/** A regular file that is not empty. Throws a `ConfigStreamError` of code `credentials` that calls it `what`. */
export function readText(path: string, what: string): string {
  const text = textOf(path, what);
  if (text.trim() === "") throw fault(path, `The ${what} ${path} is empty`);
  return text;
}

function textOf(path: string, what: string): string {
  try {
    return readRegularFile(path, maxBytes)?.bytes.toString("utf8") ?? "";
  } catch (thrown) {
    const advice = isMissing(thrown) ? "check the path, or start the core agent, which writes it" : undefined;
    throw fault(path, `The ${what} ${path} ${readFault(thrown)}`, advice);
  }
}

/** Certificate and key of a PEM, checked. Throws a `ConfigStreamError` of code `credentials`. */
export function parseCertificateFile(pem: string, path: string, nowMs: number): Omit<Credentials, "token"> {
  const certificate = firstBlock(pem, /^CERTIFICATE$/);
  if (certificate === undefined) {
    throw fault(
      path,
      `The certificate file ${path} has no CERTIFICATE block`,
      "it must hold the certificate, then its key",
    );
  }
  const privateKey = firstBlock(pem, /^(EC |RSA )?PRIVATE KEY$/);
  if (privateKey === undefined) {
    const encrypted = firstBlock(pem, /^ENCRYPTED PRIVATE KEY$/) !== undefined;
    throw encrypted
      ? fault(path, `The private key in the certificate file ${path} is encrypted`, "it must be in plain PEM")
      : fault(path, `The certificate file ${path} has no PRIVATE KEY block after its certificate`);
  }
  const parsed = parseCertificate(certificate, path);
  if (!parsed.checkPrivateKey(parseKey(privateKey, path))) {
    throw fault(path, `The certificate and the private key in ${path} do not belong together`);
  }
  checkDates(parsed, path, nowMs);
  return { certificate, privateKey };
}

/** The first PEM block whose label matches; an `EC PARAMETERS` block in front of a key is thereby passed over. */
function firstBlock(pem: string, label: RegExp): string | undefined {
  let end = -1;
  for (const { 0: head, 1: name = "", index } of pem.matchAll(/-----BEGIN ([A-Z0-9 ]{1,64})-----/g)) {
    // The search goes on where it stopped: so a file of nothing but beginnings takes time linear in its length.
    if (end < index) end = pem.indexOf("-----END ", index + head.length);
    if (end < 0) return undefined;
    const tail = `-----END ${name}-----`;
    if (label.test(name) && pem.startsWith(tail, end)) return `${pem.slice(index, end + tail.length)}\n`;
  }
  return undefined;
}

function parseCertificate(pem: string, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw fault(path, `The certificate in ${path} cannot be parsed`, "the file may be damaged or half written");
  }
}

function parseKey(pem: string, path: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // The parser's own message is left out: nothing about a key belongs in an error.
    throw fault(path, `The private key in ${path} cannot be parsed`, "the file may be damaged or half written");
  }
}

function checkDates(certificate: X509Certificate, path: string, nowMs: number): void {
  const from = Date.parse(certificate.validFrom);
  const to = Date.parse(certificate.validTo);
  if (nowMs > to) {
    throw fault(path, `The certificate in ${path} expired at ${iso(to)}`, `now it is ${iso(nowMs)}. Renew it`);
  }
  if (nowMs < from) {
    const advice = `now it is ${iso(nowMs)}. Check this machine's clock`;
    throw fault(path, `The certificate in ${path} is not valid before ${iso(from)}`, advice);
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

function fault(path: string, what: string, advice?: string): ConfigStreamError {
  return new ConfigStreamError("credentials", ...explained(what, advice, { path }));
}
