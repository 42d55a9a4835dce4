import assert from 'node:assert/strict';
import { conversationsFolder } from '../../src/host/conversationsFolder';

describe('The folder of the conversations', () => {
  for (const [what, workspace, first, there] of [
    ['of a workspace', 'ab12', 'ab12', []],
    ['of its second window is that of the first', 'ab12-1', 'ab12', ['ab12']],
    ['of its twelfth window, too', 'ab12-11', 'ab12', ['ab12']],
    ['of a workspace whose id only looks like a second window', 'ab12-1', 'ab12-1', []],
    ['of a workspace whose id is a negative number', '-12', '-12', ['12']],
  ] as const) {
    it(what, () => {
      const exists = (path: string): boolean =>
        there.some((name) => path === `/storage/${name}`) || path.endsWith(workspace);
      assert.equal(
        conversationsFolder(`/storage/${workspace}/us.ours`, exists),
        `/storage/${first}/us.ours/conversations`,
      );
    });
  }
});
