import assert from 'node:assert/strict';
import { Answer, window } from './streamingHarness';

function findBlocks(root: Element): readonly Element[] {
  return [...root.children].flatMap((section) => [...section.children]);
}

function select(node: Node | null | undefined, start: number, end: number): void {
  assert.ok(node);
  window.getSelection()?.setBaseAndExtent(node, start, node, end);
}

function selectedText(): string | undefined {
  return window.getSelection()?.toString();
}

describe('update of a rendered answer', () => {
  let answer: Answer;
  beforeEach(() => {
    answer = new Answer();
    window.document.body.append(answer.root);
  });
  afterEach(() => answer.root.remove());

  it('keeps the text node of a paragraph that grows', () => {
    answer.show('Some');
    const node = answer.root.querySelector('p')?.firstChild;
    for (const piece of [' words', ' and more', '\nof them', ', **bold', '** too']) answer.show(piece);
    answer.finish();
    assert.equal(answer.root.querySelector('p')?.firstChild, node);
    assert.equal(node?.nodeValue, 'Some words and more\nof them, ');
  });

  it('keeps the selection in a block that is still growing', () => {
    answer.show('first\n\n- one\n- two words');
    select(answer.root.querySelectorAll('li')[1]?.firstChild, 0, 3);
    for (const piece of [' and `code', '`\n- three', '\n\nafter\n', 'all']) answer.show(piece);
    answer.finish();
    assert.equal(selectedText(), 'two');
  });

  it('appends new code to the text node of an open code block', () => {
    answer.show('```ts\nconst a');
    const node = answer.root.querySelector('code')?.firstChild;
    for (const piece of [' = 1;\n', 'const b = 2;\n``', '`\n\nafter']) answer.show(piece);
    assert.equal(answer.root.querySelector('code')?.firstChild, node);
    assert.equal(node?.nodeValue, 'const a = 1;\nconst b = 2;\n');
  });

  const growingBlocks = [
    { name: 'a paragraph', start: 'Some words. ', addition: 'And more of them. ', tag: 'p' },
    { name: 'a list', start: '- first\n', addition: '- item of a list\n', tag: 'li' },
    { name: 'a table', start: 'a | b\n-|-\nfirst | x\n', addition: 'row | y\n', tag: 'td' },
    { name: 'a code block', start: '```\nfirst\n', addition: 'a line of code\n', tag: 'code' },
  ];
  for (const { name, start, addition, tag } of growingBlocks) {
    it(`keeps the selection at the start of ${name} while it grows to thousands of characters`, () => {
      answer.show(start);
      const first = () => answer.root.querySelector(tag)?.firstChild;
      const text = first();
      select(text, 1, 4);
      const selected = selectedText();
      for (let count = 0; count < 500; count++) answer.show(addition);
      assert.equal(selectedText(), selected);
      if (tag !== 'code') assert.equal(first(), text);
    });
  }

  it('leaves completed blocks unchanged when text is appended', () => {
    answer.show('# Title\n\nWords.\n\n- a\n- b\n\n```\ncode\n```\n\n> quote\n\nlast words\n\n');
    const before = findBlocks(answer.root);
    const records: MutationRecord[] = [];
    const observer = new window.MutationObserver((added) => records.push(...added));
    for (const block of before.slice(0, -1))
      observer.observe(block, { subtree: true, childList: true, attributes: true, characterData: true });
    for (let count = 0; count < 50; count++) answer.show(`Paragraph ${count}\nwith *marks*.\n\n`);
    answer.finish();
    assert.deepEqual(findBlocks(answer.root).slice(0, before.length), before);
    assert.deepEqual([...records, ...observer.takeRecords()], []);
    observer.disconnect();
  });

  it('keeps the elements of unchanged blocks when another text replaces the answer', () => {
    const paragraphs = [...Array(30).keys()].map((index) => `Paragraph ${index}.\n\n`);
    answer.show(paragraphs.join(''));
    const before = findBlocks(answer.root);
    answer.markdown.replace(`${paragraphs.slice(0, 20).join('')}Something else.\n\nAnd more.\n`);
    answer.runFrame();
    assert.deepEqual(findBlocks(answer.root).slice(0, 20), before.slice(0, 20));
    assert.equal(findBlocks(answer.root).length, 22);
    assert.equal(before[29]?.isConnected, false);
  });

  it('keeps all nodes when text is appended to a finished answer', () => {
    answer.show('One.\n\nTwo starts');
    answer.finish();
    const [first, second] = findBlocks(answer.root);
    const text = second?.firstChild;
    answer.show(' and goes on.\n\nThree.');
    assert.deepEqual(findBlocks(answer.root).slice(0, 2), [first, second]);
    assert.equal(second?.firstChild, text);
    assert.equal(text?.nodeValue, 'Two starts and goes on.');
  });
});
