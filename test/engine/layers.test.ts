import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

describe('engine', () => {
  it('can be loaded outside VS Code, together with the OpenAI SDK', () => {
    const script = `
      let editor = 'available';
      try { require('vscode'); } catch { editor = 'not available'; }
      const { createEngine } = require('./src/engine/createEngine.ts');
      const { RequestBuilder } = require('./src/engine/http/sdk.ts');
      console.log([editor, typeof createEngine, typeof RequestBuilder].join());
    `;
    const output = execFileSync(process.execPath, ['--require', 'tsx/cjs', '--eval', script], {
      cwd: root,
      encoding: 'utf8',
    });
    assert.equal(output.trim(), 'not available,function,function');
  });
});
