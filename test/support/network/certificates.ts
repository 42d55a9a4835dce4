import { createSign, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';

/** The subset of DER that a certificate needs. */
const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
};
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const time = (utc: string): Buffer => der(0x17, Buffer.from(utc));
const integer = (...bytes: readonly number[]): Buffer => der(0x02, Buffer.from(bytes));
const octets = (content: Uint8Array): Buffer => der(0x04, content);
const yes = der(0x01, Buffer.from([0xff]));

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
const commonName = (name: string): Buffer => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))));

const mayIssue = sequence(oid('551d13'), yes, octets(sequence(yes)));
const dnsNames = (names: readonly string[]): Buffer =>
  sequence(oid('551d11'), octets(sequence(...names.map((name) => der(0x82, Buffer.from(name))))));

/** A certificate and its private key, in PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A private certificate authority that issues certificates for servers. */
interface CertificateAuthority {
  readonly cert: string;
  /** @param names host names of the server */
  issue(...names: readonly [string, ...string[]]): Certificate;
}

interface Draft {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly issuer: string;
  readonly signer: KeyObject;
  readonly extension?: Buffer;
}

/** Creates a self-signed certificate, so that the repository need not contain a key. */
export function selfSigned(name: string): Certificate {
  const { privateKey, publicKey } = newKeys();
  return {
    key: keyPem(privateKey),
    cert: certificate({ subject: name, publicKey, issuer: name, signer: privateKey }),
  };
}

export function certificateAuthority(name: string): CertificateAuthority {
  const own = newKeys();
  const signed = { issuer: name, signer: own.privateKey };
  return {
    cert: certificate({ ...signed, subject: name, publicKey: own.publicKey, extension: mayIssue }),
    issue: (...names) => {
      const { privateKey, publicKey } = newKeys();
      const draft = { ...signed, subject: names[0], publicKey, extension: dnsNames(names) };
      return { key: keyPem(privateKey), cert: certificate(draft) };
    },
  };
}

function newKeys(): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function certificate({ subject, publicKey, issuer, signer, extension }: Draft): string {
  const body = sequence(
    // Extensions require version 3, which DER encodes as 2.
    ...(extension ? [der(0xa0, integer(2))] : []),
    // Clears the sign bit, so that the number is positive.
    integer(1, ...randomBytes(8)),
    ecdsaWithSha256,
    commonName(issuer),
    sequence(time('200101000000Z'), time('491231235959Z')),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extension ? [der(0xa3, sequence(extension))] : []),
  );
  const signature = der(0x03, Buffer.from([0]), createSign('sha256').update(body).sign(signer));
  return pem(sequence(body, ecdsaWithSha256, signature));
}

function keyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function pem(content: Uint8Array): string {
  const lines = Buffer.from(content)
    .toString('base64')
    .replace(/(.{64})/g, '$1\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
