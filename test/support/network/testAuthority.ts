import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { certificateAuthority, type Certificate } from './certificates';

/** Host names in the certificate of the test authority's server. A proxy of the tests resolves the second one. */
const vouchedNames = ['localhost', 'gateway.test'] as const;

const key = 'TEST_SERVER_KEY';
const cert = 'TEST_SERVER_CERTIFICATE';

/**
 * Creates a private certificate authority. A VS Code that is started afterwards trusts it, because the system trusts
 * the certificates in `SSL_CERT_FILE`.
 * @returns the environment variables for that VS Code
 */
export function trustTestAuthority(folder: string): Readonly<Record<string, string>> {
  const authority = certificateAuthority('The authority of the tests');
  const server = authority.issue(...vouchedNames);
  const file = (name: string, content: string): string => {
    const target = path.join(folder, name);
    writeFileSync(target, content);
    return target;
  };
  return {
    SSL_CERT_FILE: file('authority.pem', authority.cert),
    [key]: file('server-key.pem', server.key),
    [cert]: file('server.pem', server.cert),
  };
}

/** Starts, in the extension host, the server with a certificate of the test authority. */
export function vouchedFor(): Certificate {
  const read = (name: string): string => readFileSync(process.env[name] ?? '', 'utf8');
  return { key: read(key), cert: read(cert) };
}
