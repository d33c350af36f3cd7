/** Makes the IPC certificate: self-signed, its own authority, good for both ends of a connection on this host. */
import { createPrivateKey } from "node:crypto";

/** Clocks of one host agree, but a file system may be shared with one that is a little behind. */
const backdateMs = 60 * 60 * 1_000;
const validYears = 10;

/**
 * One PEM text: the certificate, then its EC private key (P-256).
 *
 * @param now The certificate is valid from an hour before this time, for ten years.
 */
export async function makeCertificate(now: Date): Promise<string> {
  // Loaded only when a certificate is made: the library brings a polyfill that changes the global `Reflect`.
  const { generate } = await import("selfsigned");
  const notAfterDate = new Date(now);
  notAfterDate.setUTCFullYear(now.getUTCFullYear() + validYears);
  const made = await generate([{ name: "commonName", value: "configstream core agent" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(now.getTime() - backdateMs),
    notAfterDate,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      { name: "extKeyUsage", serverAuth: true, clientAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
          { type: 7, ip: "::1" },
        ],
      },
    ],
  });
  // As the real agent writes it: an "EC PRIVATE KEY".
  const privateKey = createPrivateKey(made.private).export({ type: "sec1", format: "pem" });
  return `${made.cert.trim()}\n${privateKey}`;
}
