import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../paths';
import { temporaryFolder } from '../temporaryFolder';
import { writeRedirect } from './openBrowser';

const address = 'http://127.0.0.1:8080/?folder=%2Fsample&tkn=secret-token';

describe('browser that npm start opens', () => {
  it('is redirected to the editor by a local file that only the user can read', () => {
    const file = writeRedirect(address, temporaryFolder());
    assert.match(
      readFileSync(file, 'utf8'),
      /content="0; url=http:\/\/127\.0\.0\.1:8080\/\?folder=%2Fsample&amp;tkn=secret-token"/,
    );
    if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it('receives the access token in a file instead of in its process arguments', function () {
    if (process.platform !== 'linux') this.skip();
    const folder = temporaryFolder();
    const seen = path.join(folder, 'arguments');
    mkdirSync(path.join(folder, 'bin'));
    const opener = path.join(folder, 'bin/xdg-open');
    writeFileSync(
      opener,
      `#!/bin/sh\nprintf '%s\\n' "$@" > '${seen}.part'; cat "\${1#file://}" >> '${seen}.part'; mv '${seen}.part' '${seen}'\n`,
    );
    chmodSync(opener, 0o700);
    const script = [
      `const { openBrowser } = require('${path.join(root, 'test/support/start/openBrowser.ts')}');`,
      `openBrowser('${address}');`,
      `setInterval(() => require('fs').existsSync('${seen}') && process.exit(), 20);`,
    ].join('\n');
    const env = { ...process.env, PATH: `${path.join(folder, 'bin')}:${process.env['PATH']}`, DISPLAY: ':0' };
    execFileSync(process.execPath, ['--import', 'tsx', '-e', script], { cwd: root, env });
    const [page = '', content = ''] = readFileSync(seen, 'utf8').split('\n');
    assert.doesNotMatch(page, /secret-token/);
    assert.match(content, /secret-token/);
    assert.throws(() => statSync(fileURLToPath(page)), { code: 'ENOENT' });
  });
});
