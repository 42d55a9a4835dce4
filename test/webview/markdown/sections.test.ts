import assert from 'node:assert/strict';
import { openAnswer, window } from './streamingHarness';

const paragraphs = `${'Some words of an answer. '.repeat(10)}\n\n`.repeat(80);

function isShown(visible: boolean): void {
  Object.defineProperty(window.document, 'visibilityState', {
    configurable: true,
    get: () => (visible ? 'visible' : 'hidden'),
  });
}

function streamed() {
  const answer = openAnswer();
  answer.markdown.append(paragraphs);
  while (answer.runFlush());
  const resting = () => [...answer.root.children].map((section) => section.classList.contains('md-skippable'));
  return { ...answer, resting };
}

describe('sections of a long answer', () => {
  afterEach(() => Reflect.deleteProperty(window.document, 'visibilityState'));

  it('may be skipped far from view while more arrives, all but the last one', () => {
    isShown(true);
    const resting = streamed().resting();
    assert.ok(resting.length > 3);
    assert.deepEqual(
      resting,
      resting.map((_, index) => index < resting.length - 1),
    );
  });

  it('are all there when it is whole', () => {
    isShown(true);
    const { markdown, resting } = streamed();
    markdown.finish();
    assert.ok(!resting().includes(true));
  });

  it('are all there while nothing comes, what was queued included', () => {
    isShown(true);
    const { markdown, runFlush: flush, resting } = streamed();
    markdown.append(paragraphs);
    markdown.pause();
    while (flush());
    assert.ok(!resting().includes(true));
  });

  it('are all there when no more of it is shown', () => {
    isShown(true);
    const { markdown, resting } = streamed();
    markdown.dispose();
    assert.ok(!resting().includes(true));
  });

  it('are not skipped in a window that is not shown', () => {
    isShown(false);
    assert.ok(!streamed().resting().includes(true));
  });
});
