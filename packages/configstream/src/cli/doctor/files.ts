/** Checks of the options and of the two credential files. */
import { X509Certificate } from "node:crypto";
import { stat } from "node:fs/promises";
import { isIP } from "node:net";
import { parseCertificateFile, readText, readToken } from "configstream-consumer/internal/link";
import { type DoctorContext, hostAndPort, need } from "./context.js";
import { type Check, type Finding, ok, warn } from "./run.js";

const dayMs = 86_400_000;
/** A certificate that expires sooner is reported, in days. */
const soonDays = 30;

export const optionsCheck: Check<DoctorContext> = {
  id: "options",
  title: "options",
  needs: [],
  advice: "Give the option that the sentence names.",
  async run(context) {
    const place = await context.findPlace();
    context.place = place;
    const { address, authTokenFile, ipcCertFile } = place;
    const files = [authTokenFile.from, ipcCertFile.from];
    const from =
      files[0] === files[1] ? `both files: ${files[0]}` : `token file: ${files[0]}, certificate: ${files[1]}`;
    return ok(`core agent ${address.value} (${address.from}); ${from}`);
  },
};

export const tokenFileCheck: Check<DoctorContext> = {
  id: "token-file",
  title: "token file",
  needs: ["options"],
  advice: "Put the text of the core agent's own auth_token there, or give the path of that file.",
  async run(context) {
    const path = need(context.place, "place").authTokenFile.value;
    context.token = readToken(path);
    return withMode(path, path);
  },
};

export const certificateFileCheck: Check<DoctorContext> = {
  id: "certificate-file",
  title: "certificate file",
  needs: ["options"],
  advice: "Give the path of the core agent's own ipc_cert.pem.",
  async run(context) {
    const path = need(context.place, "place").ipcCertFile.value;
    context.pem = readText(path, "certificate file");
    return withMode(path, path);
  },
};

export const certificateCheck: Check<DoctorContext> = {
  id: "certificate",
  title: "certificate",
  needs: ["certificate-file"],
  advice:
    "Copy the core agent's own ipc_cert.pem anew: one PEM with the certificate, then its key. Once both files are removed, a restarted core agent writes new ones.",
  async run(context) {
    const place = need(context.place, "place");
    const nowMs = context.now();
    context.pair = parseCertificateFile(need(context.pem, "certificate file"), place.ipcCertFile.value, nowMs);
    const certificate = new X509Certificate(context.pair.certificate);
    const endsAtMs = Date.parse(certificate.validTo);
    const daysLeft = Math.floor((endsAtMs - nowMs) / dayMs);
    const ends = `valid until ${new Date(endsAtMs).toISOString().slice(0, 10)}`;
    const detail = `key fits, ${ends}, ${namesFor(certificate, hostAndPort(place).host)}`;
    if (daysLeft >= soonDays) return ok(detail);
    return warn(`${detail}: ${daysLeft} days left`, `Renew ${place.ipcCertFile.value} before it ends.`);
  },
};

/** Other users of this machine who can read the file have the rights of the core agent's own clients. */
async function withMode(path: string, detail: string): Promise<Finding> {
  // Windows has no such bits.
  if (process.platform === "win32") return ok(detail);
  const mode = (await stat(path)).mode & 0o777;
  const octal = `mode 0${mode.toString(8).padStart(3, "0")}`;
  if ((mode & 0o007) === 0) return ok(`${detail} (${octal})`);
  return warn(
    `${detail} (${octal}): every user of this machine can use it`,
    `Let only the core agent and this process read it, such as: chmod 640 ${path}`,
  );
}

function namesFor(certificate: X509Certificate, host: string): string {
  const isNamed = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host);
  if (isNamed !== undefined) return `names ${host}`;
  const names = (certificate.subjectAltName ?? "").replaceAll(/(DNS|IP Address):/g, "") || "no host";
  return `names ${names} and not ${host}, which does no harm where the core agent shows this very certificate`;
}
