import assert from 'node:assert/strict';
import { iconAttributes } from '../../../src/webview/util/element';

describe('icon', () => {
  it('is drawn on the grid of its file', () => {
    assert.deepEqual(
      (['terminal', 'send'] as const).map((icon) => iconAttributes(icon).viewBox),
      ['0 0 24 24', '0 0 16 16'],
    );
  });
});
