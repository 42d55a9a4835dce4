import assert from 'node:assert/strict';
import { CustomPrompts } from '../../../src/host/prompts/customPrompts';
import { unusablePrompts } from '../../../src/host/prompts/unusablePrompts';
import { parsePrompts } from '../../../src/host/settings/settingValues';

const good = { title: 'Good', template: 'a', model: 5 };

describe('the prompts of the settings that can’t be used', () => {
  for (const [what, entry, expected] of [
    ['no title', { template: 'a' }, { title: '', reason: 'no-title' }],
    ['a title of blanks', { title: ' ', template: 'a' }, { title: '', reason: 'no-title' }],
    ['a title that is no text', { title: 7, template: 'a' }, { title: '', reason: 'no-title' }],
    ['no template', { title: ' Other ' }, { title: 'Other', reason: 'no-template' }],
    ['a template that is no text', { title: 'Other', template: [] }, { title: 'Other', reason: 'no-template' }],
    ['a title that another has', { title: ' Good', template: 'b' }, { title: 'Good', reason: 'title-taken' }],
    ['no fields at all', 'Other', { title: '', reason: 'no-prompt' }],
    ['nothing', null, { title: '', reason: 'no-prompt' }],
  ] as const) {
    it(`are told of an entry with ${what}, which is not listed`, () => {
      const value = [good, entry];
      assert.deepEqual(unusablePrompts(value), [{ number: 2, ...expected }]);
      const settings = { prompts: () => parsePrompts(value), workspacePrompts: () => [] };
      const memory = { get: () => undefined, update: () => Promise.resolve() };
      const customPrompts = new CustomPrompts(settings, memory, () => true);
      assert.deepEqual(customPrompts.list(), [{ title: 'Good', template: 'a', from: 'user' }]);
    });
  }

  it('are none where all can be used, or none are set', () => {
    for (const value of [[good], [], undefined, null]) assert.deepEqual(unusablePrompts(value), []);
  });

  it('are one where the setting is no list', () => {
    assert.deepEqual(unusablePrompts(good), [{ number: 1, title: '', reason: 'no-prompt' }]);
  });

  it('take no title from one that can be used', () => {
    assert.deepEqual(unusablePrompts([{ title: 'Good' }, good]), [{ number: 1, title: 'Good', reason: 'no-template' }]);
  });
});
