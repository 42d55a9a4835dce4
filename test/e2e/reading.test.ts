import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { Gateway, GatewayRequest } from '../support/testGateway';
import { answer, deltas } from '../support/replies';
import type { ConversationPanel } from './support/conversationPanel';
import { pausedAnswer } from './support/pausedAnswer';
import { useWorkbench } from './support/sharedWindow';
import type { Workbench } from './support/workbench';

const lines = (first: number, last: number): string =>
  Array.from({ length: last - first + 1 }, (_, index) => `Line ${first + index}.\n\n`).join('');

describe('panel of a long conversation', () => {
  let gateway: Gateway;
  let workbench: Workbench;
  let panel: ConversationPanel;

  useWorkbench({}, (opened) => ({ gateway, workbench, panel } = opened));
  beforeEach(() => gateway.reset());

  const log = (): Locator => panel.frame.getByRole('log', { name: 'Conversation' });
  const measured = (what: 'scrollTop' | 'scrollHeight' | 'clientHeight'): Promise<number> =>
    log().evaluate((element, property) => element[property], what);
  const scrollTop = (): Promise<number> => measured('scrollTop');
  /** Waits until the end of the log is that many pixels below the visible part, because a wheel scrolls smoothly. */
  const endIsBelow = async (isFar: (pixels: number) => boolean): Promise<void> => {
    for (;;) {
      const [height, top, shown] = [await measured('scrollHeight'), await scrollTop(), await measured('clientHeight')];
      if (isFar(height - top - shown)) return;
    }
  };
  const atEnd = (): Promise<void> => endIsBelow((pixels) => pixels < 2);
  const focused = (what: Locator): Locator => what.and(panel.frame.locator(':focus'));
  const press = (key: string): Promise<void> => workbench.page.keyboard.press(key);
  /** Scrolls with the wheel until the position is reached. */
  const pressUntil = async (key: string, what: Locator): Promise<void> => {
    for (let times = 0; times < 20; times++) {
      await press(key);
      if ((await focused(what).count()) === 1) return;
    }
    assert.fail(`${key} never comes to ${String(what)}`);
  };

  it('typesets the formulas of an answer', async () => {
    gateway.script = () => answer('The area is $\\pi r^2$.');
    await panel.askFromPalette('Area of a circle');
    await panel.answer.getByRole('math').waitFor();
  });

  describe('while an answer grows', () => {
    let counting: GatewayRequest | undefined;

    it('scrolls to the end of the answer until the user scrolls up', async () => {
      const count = pausedAnswer(deltas(lines(1, 80), { chunkChars: 40 }), [
        ...deltas(lines(81, 160), { chunkChars: 40 }),
        { end: 'stall' },
      ]);
      gateway.script = count.script;
      await panel.askFromPalette('Count');
      await panel.answer.getByText('Line 80.').waitFor();
      [counting] = gateway.requests;
      await atEnd();
      assert.equal(await panel.button('Jump to latest').count(), 0);
      await log().hover();
      await workbench.page.mouse.wheel(0, -600);
      await panel.button('Jump to latest').waitFor();
      await endIsBelow((pixels) => pixels > 598);
      const before = await scrollTop();
      count.release();
      await panel.answer.getByText('Line 160.').waitFor({ state: 'attached' });
      assert.equal(await scrollTop(), before);
    });

    it('scrolls to the end of the answer after the user presses Jump to latest', async () => {
      await panel.button('Jump to latest').click();
      await atEnd();
      await panel.button('Jump to latest').waitFor({ state: 'hidden' });
      await focused(panel.prompt).waitFor();
    });

    it('stops the answer when the user presses Escape', async () => {
      await press('Escape');
      await panel.inState('stopped').waitFor();
      assert.equal(await counting?.closed, 'client');
    });
  });

  describe('with a long prompt', () => {
    const prompt = Array.from({ length: 200 }, (_, index) => `line ${index + 1}`).join('\n');
    const top = async (): Promise<number> =>
      Math.round((await panel.frame.locator('[data-part=prompt]').last().boundingBox())?.y ?? NaN);

    it('keeps the start of the prompt in place when the user expands the prompt', async () => {
      await panel.newConversation();
      gateway.script = () => answer('Short.');
      await panel.send(prompt);
      await panel.inState('done').waitFor();
      await atEnd();
      const before = await top();
      await panel.button('Show all').click();
      // The page scrolls in the frame that shows the new size.
      await panel.waitForDrawing();
      assert.equal(await top(), before);
    });

    it('scrolls to the start of the prompt when the user collapses the prompt', async () => {
      await panel.button('Show less').click();
      await panel.waitForDrawing();
      assert.ok((await top()) >= 0);
    });
  });

  describe('when the user navigates with the keyboard', () => {
    it('moves the focus from the composer to the newest answer with Shift+Tab', async () => {
      await panel.newConversation();
      gateway.script = () => answer('```ts\nconst a = 1;\n```\n\nand\n\n```ts\nconst b = 2;\n```');
      await panel.send('Give me code');
      await panel.inState('done').waitFor();
      gateway.script = () => answer('The last answer.');
      await panel.send('And now words');
      await panel.answer.getByText('The last answer.').waitFor();
      await panel.inState('done').waitFor();
      await panel.prompt.focus();
      await press('Shift+Tab');
      await panel.assistant.locator(':focus').waitFor();
      await pressUntil('Shift+Tab', panel.assistant);
    });

    it('moves the focus from an answer to the composer with Tab', async () => {
      await pressUntil('Tab', panel.prompt);
      await press('Shift+Tab');
      await panel.frame.getByRole('log').locator(':focus').waitFor();
      await press('Escape');
      await focused(panel.prompt).waitFor();
    });
  });
});
