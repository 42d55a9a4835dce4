import assert from 'node:assert/strict';
import { openAnswer, window, type Answer } from './streamingHarness';

function show(answer: Answer, text: string): void {
  answer.markdown.append(text);
  while (answer.runFlush());
}

function blocks(root: Element): readonly Element[] {
  return [...root.children].flatMap((section) => [...section.children]);
}

describe('what is already shown', () => {
  it('keeps the text node of an open paragraph while it grows', () => {
    const answer = openAnswer();
    show(answer, 'Some');
    const node = answer.root.querySelector('p')?.firstChild;
    for (const piece of [' words', ' and more', '\nof them', ', **bold', '** too']) show(answer, piece);
    answer.markdown.finish();
    assert.equal(answer.root.querySelector('p')?.firstChild, node);
    assert.equal(node?.nodeValue, 'Some words and more\nof them, ');
  });

  it('keeps a selection in the open block', () => {
    const answer = openAnswer();
    window.document.body.append(answer.root);
    show(answer, 'first\n\n- one\n- two words');
    const text = answer.root.querySelectorAll('li')[1]?.firstChild;
    window.getSelection()?.setBaseAndExtent(text!, 0, text!, 3);
    for (const piece of [' and `code', '`\n- three', '\n\nafter\n', 'all']) show(answer, piece);
    answer.markdown.finish();
    assert.equal(window.getSelection()?.toString(), 'two');
    answer.root.remove();
  });

  it('appends to the text of an open code block', () => {
    const answer = openAnswer();
    show(answer, '```ts\nconst a');
    const node = answer.root.querySelector('code')?.firstChild;
    for (const piece of [' = 1;\n', 'const b = 2;\n``', '`\n\nafter']) show(answer, piece);
    assert.equal(answer.root.querySelector('code')?.firstChild, node);
    assert.equal(node?.nodeValue, 'const a = 1;\nconst b = 2;\n');
  });

  const growing: readonly (readonly [string, string, string, string])[] = [
    ['a paragraph', 'Some words ', 'and more of them ', 'p'],
    ['a list', '- first\n', '- item of a list\n', 'li'],
    ['a table', 'a | b\n-|-\nfirst | x\n', 'row | y\n', 'td'],
    ['a code block', '```\nfirst\n', 'a line of code\n', 'code'],
  ];
  for (const [name, beginning, more, holder] of growing) {
    it(`keeps what is selected at the beginning of ${name}, and its node, while it is frozen`, () => {
      const answer = openAnswer({ minFreezeLength: 1 });
      window.document.body.append(answer.root);
      show(answer, beginning);
      const text = answer.root.querySelector(holder)?.firstChild;
      window.getSelection()?.setBaseAndExtent(text!, 1, text!, 4);
      const selected = window.getSelection()?.toString();
      for (let count = 0; count < 200; count++) show(answer, more);
      assert.equal(window.getSelection()?.toString(), selected);
      assert.equal(answer.root.querySelector(holder)?.firstChild, text);
      answer.root.remove();
    });
  }

  it('keeps what is selected in code that has become long enough for boxes', () => {
    const answer = openAnswer();
    window.document.body.append(answer.root);
    show(answer, '```\nfirst line\n');
    const text = answer.root.querySelector('code')?.firstChild;
    window.getSelection()?.setBaseAndExtent(text!, 6, text!, 10);
    show(answer, 'a line of code\n'.repeat(1_000));
    assert.equal(window.getSelection()?.toString(), 'line');
    answer.root.remove();
  });

  it('never touches a committed block again', () => {
    const answer = openAnswer();
    show(answer, '# Title\n\nWords.\n\n- a\n- b\n\n```\ncode\n```\n\n> quote\n\nlast words\n\n');
    const before = blocks(answer.root);
    const records: MutationRecord[] = [];
    const observer = new window.MutationObserver((found) => records.push(...found));
    for (const block of before.slice(0, -1))
      observer.observe(block, { subtree: true, childList: true, attributes: true, characterData: true });
    for (let count = 0; count < 50; count++) show(answer, `Paragraph ${count}\nwith *marks*.\n\n`);
    answer.markdown.finish();
    assert.deepEqual(blocks(answer.root).slice(0, before.length), before);
    assert.deepEqual([...records, ...observer.takeRecords()], []);
    observer.disconnect();
  });

  it('keeps the blocks a replaced text has in common with it', () => {
    const answer = openAnswer();
    const paragraphs = [...Array(30).keys()].map((index) => `Paragraph ${index}.\n\n`);
    show(answer, paragraphs.join(''));
    const before = blocks(answer.root);
    answer.markdown.replace(`${paragraphs.slice(0, 20).join('')}Something else.\n\nAnd more.\n`);
    answer.runFlush();
    assert.deepEqual(blocks(answer.root).slice(0, 20), before.slice(0, 20));
    assert.equal(blocks(answer.root).length, 22);
    assert.equal(before[29]?.isConnected, false);
  });

  it('keeps all of it when the text goes on after it was finished', () => {
    const answer = openAnswer();
    show(answer, 'One.\n\nTwo starts');
    answer.markdown.finish();
    const [first, second] = blocks(answer.root);
    const text = second?.firstChild;
    show(answer, ' and goes on.\n\nThree.');
    assert.deepEqual(blocks(answer.root).slice(0, 2), [first, second]);
    assert.equal(second?.firstChild, text);
    assert.equal(text?.nodeValue, 'Two starts and goes on.');
  });
});
