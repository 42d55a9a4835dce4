import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { certificateAuthority, type Certificate } from './certificates';

/** The names of the server that the test authority vouches for; a proxy of the tests resolves the second one. */
export const vouchedNames = ['localhost', 'gateway.test'] as const;

const key = 'TEST_SERVER_KEY';
const cert = 'TEST_SERVER_CERTIFICATE';

/**
 * A private authority, as a company has one, for a VS Code that is yet to start: what is in `SSL_CERT_FILE` is what the
 * system trusts. @returns the environment of that VS Code
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

/** In the extension host: the server that the authority vouches for. */
export function vouchedFor(): Certificate {
  const read = (name: string): string => readFileSync(process.env[name] ?? '', 'utf8');
  return { key: read(key), cert: read(cert) };
}
