import assert from 'node:assert/strict';
import { openAnswer, window } from './streamingHarness';

const paragraphs = `${'Some words of an answer. '.repeat(10)}\n\n`.repeat(80);

function setVisible(visible: boolean): void {
  Object.defineProperty(window.document, 'visibilityState', {
    configurable: true,
    get: () => (visible ? 'visible' : 'hidden'),
  });
}

function streamLongAnswer() {
  const answer = openAnswer();
  answer.markdown.append(paragraphs);
  while (answer.runFlush());
  const skippable = () => [...answer.root.children].map((section) => section.classList.contains('md-skippable'));
  return { ...answer, skippable };
}

describe('renderer of a long answer', () => {
  afterEach(() => Reflect.deleteProperty(window.document, 'visibilityState'));

  it('lets the browser skip rendering all sections but the last while the answer streams', () => {
    setVisible(true);
    const skippable = streamLongAnswer().skippable();
    assert.ok(skippable.length > 3);
    assert.deepEqual(
      skippable,
      skippable.map((_, index) => index < skippable.length - 1),
    );
  });

  it('does not let the browser skip rendering any section when the answer is complete', () => {
    setVisible(true);
    const { markdown, skippable } = streamLongAnswer();
    markdown.finish();
    assert.ok(!skippable().includes(true));
  });

  it('does not let the browser skip rendering any section after `pause()`, even if text was queued', () => {
    setVisible(true);
    const { markdown, runFlush, skippable } = streamLongAnswer();
    markdown.append(paragraphs);
    markdown.pause();
    while (runFlush());
    assert.ok(!skippable().includes(true));
  });

  it('no longer lets the browser skip rendering sections once the renderer is disposed', () => {
    setVisible(true);
    const { markdown, skippable } = streamLongAnswer();
    markdown.dispose();
    assert.ok(!skippable().includes(true));
  });

  it('does not let the browser skip rendering sections in a hidden window', () => {
    setVisible(false);
    assert.ok(!streamLongAnswer().skippable().includes(true));
  });
});
