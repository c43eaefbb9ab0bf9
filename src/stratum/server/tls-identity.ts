/** The certificate and key of the TLS port, looked at before miners are: what is wrong with them is said at start. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { OperationError } from "#base";

export interface TlsIdentity {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Why miners will not trust it today, or null. The pool serves it nevertheless: those without TLS come all the same. */
  readonly warning: string | null;
}

/** @throws OperationError `stratum-certificate` */
export function readTlsIdentity(certFile: string, keyFile: string, nowMs: number): TlsIdentity {
  const [cert, key] = [readPem(certFile), readPem(keyFile)];
  const certificate = readCertificate(cert, certFile);
  if (!certificate.checkPrivateKey(readKey(key, keyFile)))
    throw wrong(`the key in ${keyFile} is not that of the certificate in ${certFile}`);
  const { validFromDate, validToDate, validFrom, validTo } = certificate;
  let warning: string | null = null;
  if (nowMs > validToDate.getTime()) warning = `the certificate in ${certFile} has expired: ${validTo}`;
  if (nowMs < validFromDate.getTime()) warning = `the certificate in ${certFile} is not valid before ${validFrom}`;
  return { cert, key, warning };
}

function readPem(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const why = error instanceof Error && "code" in error ? WHY[String(error.code)] : undefined;
    throw wrong(`the pool cannot read ${file}${why === undefined ? "" : `: ${why}`}`, error);
  }
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  EACCES: "this user may not",
  EISDIR: "it is a folder",
};

function readCertificate(bytes: Buffer, file: string): X509Certificate {
  try {
    return new X509Certificate(bytes);
  } catch (error) {
    throw wrong(`${file} holds no certificate in PEM`, error);
  }
}

function readKey(bytes: Buffer, file: string): KeyObject {
  try {
    return createPrivateKey(bytes);
  } catch (error) {
    const isLocked = bytes.includes("ENCRYPTED");
    const words = isLocked ? "is locked with a passphrase: the pool needs it without" : "holds no private key in PEM";
    throw wrong(`${file} ${words}`, error);
  }
}

function wrong(words: string, cause?: unknown): OperationError {
  return new OperationError("stratum-certificate", words, { cause });
}
