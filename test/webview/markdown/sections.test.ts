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

describe('sections of a long answer', () => {
  afterEach(() => Reflect.deleteProperty(window.document, 'visibilityState'));

  it('allows the browser to skip the rendering of all sections but the last while an answer streams', () => {
    setVisible(true);
    const skippable = streamLongAnswer().skippable();
    assert.ok(skippable.length > 3);
    assert.deepEqual(
      skippable,
      skippable.map((_, index) => index < skippable.length - 1),
    );
  });

  it('renders all sections when the answer is complete', () => {
    setVisible(true);
    const { markdown, skippable } = streamLongAnswer();
    markdown.finish();
    assert.ok(!skippable().includes(true));
  });

  it('renders all sections, including queued text, after pause()', () => {
    setVisible(true);
    const { markdown, runFlush, skippable } = streamLongAnswer();
    markdown.append(paragraphs);
    markdown.pause();
    while (runFlush());
    assert.ok(!skippable().includes(true));
  });

  it('renders all sections when the renderer is disposed', () => {
    setVisible(true);
    const { markdown, skippable } = streamLongAnswer();
    markdown.dispose();
    assert.ok(!skippable().includes(true));
  });

  it('does not allow the browser to skip sections in a hidden window', () => {
    setVisible(false);
    assert.ok(!streamLongAnswer().skippable().includes(true));
  });
});
