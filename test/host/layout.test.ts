import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { root } from '../support/paths';

describe('source files', () => {
  it('have unique names across all folders', () => {
    const files = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' });
    const names = files.filter((file) => file.endsWith('.ts')).map((file) => path.basename(file));
    assert.ok(names.includes('extension.ts'));
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    );
  });
});
