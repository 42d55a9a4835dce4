import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../paths';

describe('CI workflows', () => {
  it('pin every action to a commit, and name its version in a comment', () => {
    const folder = path.join(root, '.github/workflows');
    const actions = readdirSync(folder).flatMap((file) =>
      [...readFileSync(path.join(folder, file), 'utf8').matchAll(/\buses:(.*)$/gm)].map(([, action = '']) =>
        action.trim(),
      ),
    );
    assert.notEqual(actions.length, 0);
    for (const action of actions) assert.match(action, /^[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });
});
