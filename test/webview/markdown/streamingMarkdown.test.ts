import assert from 'node:assert/strict';
import { openAnswer, window } from './streamingHarness';

describe('StreamingMarkdown', () => {
  it('shows nothing before its flush', () => {
    const { root, markdown, flush } = openAnswer();
    markdown.append('words');
    assert.equal(root.textContent, '');
    flush();
    assert.equal(root.textContent, 'words');
  });

  it('asks for one flush, however many pieces arrive', () => {
    let asked = 0;
    const { markdown } = openAnswer({ schedule: () => asked++ });
    for (const piece of ['a', 'b', 'c']) markdown.append(piece);
    assert.equal(asked, 1);
  });

  it('shows at most 4,000 characters more in a flush', () => {
    const { root, markdown, flush } = openAnswer();
    markdown.append('x'.repeat(9_000));
    const lengths: number[] = [];
    while (flush()) lengths.push(root.textContent.length);
    assert.deepEqual(lengths, [4_000, 8_000, 9_000]);
  });

  it('shows a replaced text in one flush', () => {
    const { root, markdown, flush } = openAnswer();
    markdown.replace('x'.repeat(9_000));
    markdown.append('y');
    flush();
    assert.equal(root.textContent.length, 9_001);
    assert.equal(flush(), false);
  });

  it('shows all that is queued when it is finished, and no flush changes it then', () => {
    const { root, markdown, flush } = openAnswer();
    markdown.append('x'.repeat(9_000));
    markdown.finish();
    assert.equal(root.textContent.length, 9_000);
    flush();
    markdown.finish();
    assert.equal(root.textContent.length, 9_000);
  });

  it('gives back everything as it came', () => {
    const { markdown } = openAnswer();
    markdown.append('a\r\n');
    markdown.append('b\0');
    assert.equal(markdown.text, 'a\r\nb\0');
    markdown.replace('c');
    assert.equal(markdown.text, 'c');
  });

  it('never shows half a character', () => {
    const { root, markdown, flush } = openAnswer();
    const seen = [...'a😀b'.split('')].map((half) => {
      markdown.append(half);
      flush();
      return root.textContent;
    });
    assert.deepEqual(seen, ['a', 'a', 'a😀', 'a😀b']);
  });

  it('takes the first definition of a label, and none that is only half there', () => {
    const { root, markdown, flush } = openAnswer();
    const hrefs = ['See [x].\n\n', '[x]: https://a.exa', 'mple/\n', '\n[x]: https://b.example/\n', '\nend'].map(
      (piece) => {
        markdown.append(piece);
        flush();
        return root.querySelector('a')?.getAttribute('href');
      },
    );
    assert.deepEqual(hrefs.slice(2), Array(3).fill('https://a.example/'));
    assert.equal(hrefs[0], undefined);
  });
});

const FENCE = '```ts title="a.ts"\nconst a = 1;\n```\n';

describe('code blocks', () => {
  it('carry their language and the names of their buttons outside their text', () => {
    const { root, markdown } = openAnswer();
    markdown.append(FENCE);
    markdown.finish();
    const block = root.querySelector('.code-block');
    assert.equal(block?.getAttribute('data-language'), 'ts');
    assert.equal(block.querySelector('pre > code')?.className, 'language-ts');
    assert.equal(root.textContent, 'const a = 1;\n');
    const buttons = [...block.querySelectorAll('button')];
    assert.deepEqual(
      buttons.map((button) => [button.type, button.getAttribute('aria-label'), button.title]),
      ['Copy', 'Insert at cursor', 'Apply to selection'].map((name) => ['button', name, name]),
    );
  });

  it('offer to apply only where there is something to apply to', () => {
    const { root, markdown } = openAnswer({ canApply: false });
    markdown.append(FENCE);
    markdown.finish();
    const names = [...root.querySelectorAll('button')].map((button) => button.getAttribute('data-action'));
    assert.deepEqual(names, ['copy', 'insert']);
  });

  it('hand over their code, without the line end before the closing fence', () => {
    const { root, markdown, codeActions } = openAnswer();
    markdown.append(`${FENCE}\n- in a list\n\n      a\n\n      b\n`);
    markdown.finish();
    for (const icon of root.querySelectorAll('button path')) icon.dispatchEvent(click());
    const all = ['copy', 'insert', 'apply'];
    assert.deepEqual(codeActions, [
      ...all.map((name) => [name, 'const a = 1;']),
      ...all.map((name) => [name, 'a\n\nb']),
    ]);
  });

  it('hand over nothing while they may grow', () => {
    const { root, markdown, flush, codeActions } = openAnswer();
    markdown.append('```ts\nconst a');
    flush();
    const press = () => root.querySelector('button')?.dispatchEvent(click());
    press();
    assert.deepEqual(codeActions, []);
    markdown.append(' = 1;\n```\n\n');
    flush();
    press();
    assert.deepEqual(codeActions, [['copy', 'const a = 1;']]);
  });

  it('are cut into text nodes that stay while code arrives', () => {
    const { root, markdown, flush } = openAnswer();
    markdown.append(`\`\`\`\n${'some code 🐑\n'.repeat(300)}`);
    flush();
    const nodes = [...(root.querySelector('code')?.childNodes ?? [])];
    markdown.append('more code\n'.repeat(900));
    while (flush());
    const later = [...(root.querySelector('code')?.childNodes ?? [])];
    assert.deepEqual(later.slice(0, nodes.length), nodes);
    assert.ok(later.length > 2 && later.every(({ nodeValue }) => nodeValue!.length <= 4_000));
  });
});

describe('links', () => {
  it('are handed over instead of followed', () => {
    const { root, markdown, links } = openAnswer();
    markdown.append('[*label*](https://a.example/?b=c&d)');
    markdown.finish();
    const event = click();
    root.querySelector('a em')?.dispatchEvent(event);
    assert.deepEqual(links, ['https://a.example/?b=c&d']);
    assert.equal(event.defaultPrevented, true);
  });
});

function click(): Event {
  return new window.MouseEvent('click', { bubbles: true, cancelable: true });
}
