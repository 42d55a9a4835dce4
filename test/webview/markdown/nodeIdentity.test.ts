import assert from 'node:assert/strict';
import { openAnswer, window, type Answer } from './streamingHarness';

function appendAndFlush(answer: Answer, text: string): void {
  answer.markdown.append(text);
  while (answer.runFlush());
}

function findBlocks(root: Element): readonly Element[] {
  return [...root.children].flatMap((section) => [...section.children]);
}

describe('update of a rendered answer', () => {
  it('keeps the text node of a growing paragraph', () => {
    const answer = openAnswer();
    appendAndFlush(answer, 'Some');
    const node = answer.root.querySelector('p')?.firstChild;
    for (const piece of [' words', ' and more', '\nof them', ', **bold', '** too']) appendAndFlush(answer, piece);
    answer.markdown.finish();
    assert.equal(answer.root.querySelector('p')?.firstChild, node);
    assert.equal(node?.nodeValue, 'Some words and more\nof them, ');
  });

  it('keeps the selection in an open block', () => {
    const answer = openAnswer();
    window.document.body.append(answer.root);
    appendAndFlush(answer, 'first\n\n- one\n- two words');
    const text = answer.root.querySelectorAll('li')[1]?.firstChild;
    window.getSelection()?.setBaseAndExtent(text!, 0, text!, 3);
    for (const piece of [' and `code', '`\n- three', '\n\nafter\n', 'all']) appendAndFlush(answer, piece);
    answer.markdown.finish();
    assert.equal(window.getSelection()?.toString(), 'two');
    answer.root.remove();
  });

  it('appends new code to the text node of an open code block', () => {
    const answer = openAnswer();
    appendAndFlush(answer, '```ts\nconst a');
    const node = answer.root.querySelector('code')?.firstChild;
    for (const piece of [' = 1;\n', 'const b = 2;\n``', '`\n\nafter']) appendAndFlush(answer, piece);
    assert.equal(answer.root.querySelector('code')?.firstChild, node);
    assert.equal(node?.nodeValue, 'const a = 1;\nconst b = 2;\n');
  });

  const growingBlocks: readonly (readonly [string, string, string, string])[] = [
    ['a paragraph', 'Some words ', 'and more of them ', 'p'],
    ['a list', '- first\n', '- item of a list\n', 'li'],
    ['a table', 'a | b\n-|-\nfirst | x\n', 'row | y\n', 'td'],
    ['a code block', '```\nfirst\n', 'a line of code\n', 'code'],
  ];
  for (const [name, start, addition, tag] of growingBlocks) {
    it(`keeps the selection and the node at the start of ${name} when the start is frozen`, () => {
      const answer = openAnswer({ minFreezeLength: 1 });
      window.document.body.append(answer.root);
      appendAndFlush(answer, start);
      const text = answer.root.querySelector(tag)?.firstChild;
      window.getSelection()?.setBaseAndExtent(text!, 1, text!, 4);
      const selected = window.getSelection()?.toString();
      for (let count = 0; count < 200; count++) appendAndFlush(answer, addition);
      assert.equal(window.getSelection()?.toString(), selected);
      assert.equal(answer.root.querySelector(tag)?.firstChild, text);
      answer.root.remove();
    });
  }

  it('keeps the selection in code when the code is split into chunk elements', () => {
    const answer = openAnswer();
    window.document.body.append(answer.root);
    appendAndFlush(answer, '```\nfirst line\n');
    const text = answer.root.querySelector('code')?.firstChild;
    window.getSelection()?.setBaseAndExtent(text!, 6, text!, 10);
    appendAndFlush(answer, 'a line of code\n'.repeat(1_000));
    assert.equal(window.getSelection()?.toString(), 'line');
    answer.root.remove();
  });

  it('does not change frozen blocks', () => {
    const answer = openAnswer();
    appendAndFlush(answer, '# Title\n\nWords.\n\n- a\n- b\n\n```\ncode\n```\n\n> quote\n\nlast words\n\n');
    const before = findBlocks(answer.root);
    const records: MutationRecord[] = [];
    const observer = new window.MutationObserver((added) => records.push(...added));
    for (const block of before.slice(0, -1))
      observer.observe(block, { subtree: true, childList: true, attributes: true, characterData: true });
    for (let count = 0; count < 50; count++) appendAndFlush(answer, `Paragraph ${count}\nwith *marks*.\n\n`);
    answer.markdown.finish();
    assert.deepEqual(findBlocks(answer.root).slice(0, before.length), before);
    assert.deepEqual([...records, ...observer.takeRecords()], []);
    observer.disconnect();
  });

  it('keeps the elements of the blocks that a replacement has in common with the previous text', () => {
    const answer = openAnswer();
    const paragraphs = [...Array(30).keys()].map((index) => `Paragraph ${index}.\n\n`);
    appendAndFlush(answer, paragraphs.join(''));
    const before = findBlocks(answer.root);
    answer.markdown.replace(`${paragraphs.slice(0, 20).join('')}Something else.\n\nAnd more.\n`);
    answer.runFlush();
    assert.deepEqual(findBlocks(answer.root).slice(0, 20), before.slice(0, 20));
    assert.equal(findBlocks(answer.root).length, 22);
    assert.equal(before[29]?.isConnected, false);
  });

  it('keeps all nodes when text is appended to a finished answer', () => {
    const answer = openAnswer();
    appendAndFlush(answer, 'One.\n\nTwo starts');
    answer.markdown.finish();
    const [first, second] = findBlocks(answer.root);
    const text = second?.firstChild;
    appendAndFlush(answer, ' and goes on.\n\nThree.');
    assert.deepEqual(findBlocks(answer.root).slice(0, 2), [first, second]);
    assert.equal(second?.firstChild, text);
    assert.equal(text?.nodeValue, 'Two starts and goes on.');
  });
});
