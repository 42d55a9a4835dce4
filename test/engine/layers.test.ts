import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');

describe('the engine', () => {
  it('loads with its SDK where there is no editor', () => {
    const script = `
      let editor = 'there';
      try { require('vscode'); } catch { editor = 'not there'; }
      const { createEngine } = require('./src/engine/createEngine.ts');
      const { RequestBuilder } = require('./src/engine/http/sdk.ts');
      console.log([editor, typeof createEngine, typeof RequestBuilder].join());
    `;
    const said = execFileSync(process.execPath, ['--require', 'tsx/cjs', '--eval', script], {
      cwd: root,
      encoding: 'utf8',
    });
    assert.equal(said.trim(), 'not there,function,function');
  });
});
