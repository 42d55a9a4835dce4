import assert from 'node:assert/strict';
import type { ToHost } from '../../../src/shared/pageMessages';
import type { ComposerSuggestion } from '../../../src/shared/protocol';
import { exchange, usePage, type PanelPage } from '../panel/support/panelPage';

const create = { id: 'command:new', kind: 'command', label: '/new', detail: 'New Conversation' } as const;
const translate = { id: 'user:Translate', kind: 'prompt', label: 'Translate', detail: 'Translate it' } as const;

describe('popup with commands', () => {
  let page: PanelPage;
  usePage((opened) => (page = opened), []);

  const queries = (): readonly string[] =>
    page.posted.flatMap((message) => (message.type === 'suggestCommands' ? [message.query] : []));
  const otherPosted = (): readonly ToHost[] => page.posted.filter(({ type }) => type !== 'suggestCommands');
  const answer = (...value: readonly ComposerSuggestion[]): void =>
    page.receive({ type: 'reply', request: queries().length, value });
  const options = (): string[] => page.all('option').map(({ textContent }) => textContent.trim());

  it('lists commands and custom prompts after a / in an empty text field', () => {
    page.type('/');
    answer(create, translate);
    assert.deepEqual([queries(), options()], [[''], ['/new New Conversation', 'Translate Translate it']]);
    assert.equal(page.all('listbox')[0]?.ariaLabel, 'Commands and custom prompts');
    assert.equal(page.input.getAttribute('aria-activedescendant'), page.all('option')[0]?.id);
    assert.equal(page.announced, '2 suggestions');
  });

  it('opens after the full-width slash of Chinese input methods', () => {
    page.type('／新');
    assert.deepEqual(queries(), ['新']);
  });

  for (const [what, text] of [
    ['a path', '/usr/bin'],
    ['a / after other text', 'and /new'],
    ['a / on the second line', 'and\n/new'],
    ['a text of several lines', '/new\nline'],
    ['a / before other text', '/|text'],
    ['a very long text', `/${'x'.repeat(200)}`],
  ] as const) {
    it(`does not open for ${what}`, () => {
      page.type(text);
      assert.deepEqual(queries(), []);
    });
  }

  for (const [item, key] of [
    [create, 'Enter'],
    [translate, 'Tab'],
  ] as const) {
    it(`runs a ${item.kind} with ${key}, and removes the query from the text field`, () => {
      page.type('/n');
      answer(item);
      page.key(key);
      assert.deepEqual([otherPosted(), page.input.value], [[{ type: 'runCommand', id: item.id }], '']);
    });
  }

  it('closes if nothing matches, and Enter then sends the text unchanged', () => {
    page.type('/n');
    answer(create);
    page.type('/nothing');
    answer();
    assert.deepEqual(options(), []);
    page.key('Enter');
    assert.deepEqual(otherPosted(), [{ type: 'send', prompt: '/nothing' }]);
  });

  it('sends the text if Enter was pressed before the host has found no match', () => {
    page.type('/tmp');
    page.key('Enter');
    answer();
    assert.deepEqual(otherPosted(), [{ type: 'send', prompt: '/tmp' }]);
  });

  it('keeps the text after Escape, and Enter then sends the text', () => {
    page.type('/new');
    answer(create);
    assert.equal(page.key('Escape'), true);
    assert.deepEqual([options(), page.input.value], [[], '/new']);
    page.key('Enter');
    assert.deepEqual(otherPosted(), [{ type: 'send', prompt: '/new' }]);
  });

  it('leaves Escape to the running turn if nothing matches', () => {
    page.snapshot([exchange('a')]);
    page.type('/nothing');
    answer();
    page.key('Escape');
    assert.deepEqual(otherPosted(), [{ type: 'stop', answerId: 'a' }]);
  });

  it('closes when the user presses *Attach context*, and context items open', () => {
    page.type('/nothing');
    answer();
    page.click('Attach context');
    assert.equal(page.input.value, '/nothing #');
    assert.equal(page.posted.at(-1)?.type, 'suggestContext');
  });
});
