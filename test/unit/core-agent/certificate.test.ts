import { createPrivateKey, X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { makeCertificate } from "../../../packages/configstream/src/core-agent/credentials/certificate.js";

describe("the certificate", async () => {
  const pem = await makeCertificate(new Date("2030-05-06T07:08:09Z"));
  const certificate = new X509Certificate(pem);
  const key = createPrivateKey(pem.slice(pem.indexOf("-----BEGIN EC")));

  test("is its own authority, and its key belongs to it", () => {
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkIssued(certificate)).toBe(true);
    expect(certificate.ca).toBe(true);
    expect(certificate.checkPrivateKey(key)).toBe(true);
    expect(key.asymmetricKeyDetails?.namedCurve).toBe("prime256v1");
  });

  test("is good for localhost, 127.0.0.1 and ::1, as server and as client", () => {
    expect(certificate.subjectAltName).toBe("DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1");
    expect(certificate.checkHost("localhost")).toBe("localhost");
    expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(certificate.checkIP("::1")).toBe("::1");
    expect(certificate.checkHost("example.com")).toBeUndefined();
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
  });

  test("is valid from an hour ago for ten years", () => {
    expect(new Date(certificate.validFrom)).toEqual(new Date("2030-05-06T06:08:09Z"));
    expect(new Date(certificate.validTo)).toEqual(new Date("2040-05-06T07:08:09Z"));
  });

  test("is another one each time", async () => {
    const other = new X509Certificate(await makeCertificate(new Date()));
    expect(other.serialNumber).not.toBe(certificate.serialNumber);
    expect(other.fingerprint256).not.toBe(certificate.fingerprint256);
  });

  test("can be made whatever bytes its random parts get", async () => {
    for (let round = 0; round < 50; round += 1) {
      const one = new X509Certificate(await makeCertificate(new Date()));
      expect(one.verify(one.publicKey)).toBe(true);
    }
  });
});
