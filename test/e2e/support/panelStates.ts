import { failure, rateLimited } from '../../../src/demo/replies';
import { fillTemplate } from '../../../src/shared/format';
import { answer, cutAfter, type Reply } from '../../support/replies';
import type { ConversationPanel } from './conversationPanel';
import { longPrompt } from './sampleTexts';
import { patternOf } from './words';

/** The steps that bring the panel of a new conversation into a state. */
export interface PanelState {
  readonly enter: (panel: ConversationPanel) => Promise<void>;
  /** Stops or undoes what would disturb the next state. Omitted if nothing has to be undone. */
  readonly leave?: (panel: ConversationPanel) => Promise<void>;
  /** Whether a change of theme or width would end the state. */
  readonly isFleeting?: true;
}

const requestId = { 'x-request-id': 'req_8f3a61c2' };
const outOfCredit: Reply = () => failure(402, { message: 'Insufficient Balance' }, requestId);
const pace = { chunkChars: 6, everyMs: 25 } as const;
const files = ['sample.ts', 'sample.py'];

const firstHalf = (text: string): string => text.slice(0, Math.round(text.length / 2));
const secondHalf = (text: string): string => text.slice(firstHalf(text).length);

export const panelStates = {
  'no-key': {
    enter: async (panel) => {
      await panel.run('removeApiKey');
      await panel.button(panel.words.panel.tour).waitFor();
      await panel.workbench.runCommand('Notifications: Clear All Notifications');
    },
    leave: async (panel) => {
      await panel.setKey();
      // The status bar might still show the message about the previous key.
      await panel.button(panel.words.panel.tour).waitFor({ state: 'hidden' });
    },
  },
  empty: { enter: (panel) => panel.prompt.waitFor() },
  /** An answer that has arrived up to the middle of a code block. */
  streaming: {
    enter: async (panel) => {
      const [beginning] = /^.*?return Math/s.exec(panel.texts.answer)!;
      await panel.askForBeginning(panel.texts.streaming, beginning);
    },
    leave: (panel) => panel.stop(),
  },
  quiet: {
    enter: async (panel) => {
      await panel.askForBeginning(panel.texts.quiet, firstHalf(panel.texts.short));
      await panel.assistant.getByText(patternOf(panel.words.panel.noDataFor)).waitFor();
    },
    leave: (panel) => panel.stop(),
  },
  waiting: {
    enter: async (panel) => {
      await panel.askUntil('waiting', panel.texts.waiting, rateLimited(37, requestId));
      await panel.timer.waitFor();
    },
    leave: async (panel) => {
      await panel.stop();
      // Otherwise, the next turn would also wait for the end of the rate limit.
      await panel.run('resetNetworkState');
    },
  },
  resuming: {
    enter: (panel) => {
      const { resuming, short } = panel.texts;
      const silence: Reply = [{ send: ': working\n\n' }, { end: 'stall' }];
      return panel.askUntil('resuming', resuming, cutAfter(firstHalf(short), 'reset'), silence);
    },
    leave: (panel) => panel.stop(),
  },
  failed: { enter: (panel) => fail(panel, panel.texts.failed, outOfCredit) },
  'failed-partial': {
    enter: (panel) => {
      const { failedPartial, short } = panel.texts;
      return fail(panel, failedPartial, cutAfter(firstHalf(short), 'reset'), outOfCredit);
    },
  },
  /** A turn that failed after a wait, with all its details open. */
  'failed-details': {
    enter: async (panel) => {
      await fail(panel, panel.texts.failed, rateLimited(1), outOfCredit);
      await panel.assistant.locator('.card-details > summary').last().click();
      await panel.assistant.getByText(panel.words.panel.detailsCause).last().waitFor();
    },
  },
  stopped: {
    enter: async (panel) => {
      await panel.askForBeginning(panel.texts.stopped, firstHalf(panel.texts.short));
      await panel.stop();
    },
  },
  /** A complete answer after a rate limit and a broken stream, with its timeline open. */
  done: {
    enter: async (panel) => {
      const { done, short } = panel.texts;
      const usage = { prompt_tokens: 31, completion_tokens: 74 };
      const rest = answer(secondHalf(short), { ...pace, usage });
      await panel.askUntil('done', done, rateLimited(4), cutAfter(firstHalf(short), 'reset', pace), rest);
      await panel.assistant.locator('.turn-summary').click();
      await panel.assistant.locator('.timeline-picture').first().waitFor();
    },
  },
  /** An answer with all Markdown elements, and its open reasoning. */
  code: {
    enter: async (panel) => {
      const { code, answer: text, reasoning } = panel.texts;
      await panel.askUntil('done', code, answer(text, { reasoning, chunkChars: 40 }));
      await panel.assistant.locator('.code-keyword').first().waitFor();
      await panel.assistant.locator('.reasoning > summary').click();
    },
  },
  versions: {
    enter: async (panel) => {
      const { regenerate, versionOf } = panel.words.panel;
      await panel.askUntil('done', panel.texts.code, answer(panel.texts.short));
      await panel.button(regenerate).last().click();
      await panel
        .inState('done')
        .getByText(fillTemplate(versionOf, '2', '2'))
        .waitFor();
    },
  },
  /** A sent prompt with its context item. */
  attached: {
    enter: async (panel) => {
      await attach(panel, 'sample.ts');
      await panel.askUntil('done', panel.texts.context, answer(panel.texts.short));
    },
  },
  'long-prompt': {
    enter: async (panel) => {
      await panel.askUntil('done', longPrompt(panel.texts), answer(panel.texts.short));
      await panel.button(panel.words.panel.showAll).waitFor();
    },
  },
  editing: {
    enter: async (panel) => {
      const { editPrompt, editBox } = panel.words.panel;
      await panel.askUntil('done', panel.texts.code, answer(panel.texts.short));
      await panel.frame.locator('article.you').last().hover();
      await panel.button(editPrompt).last().click();
      await panel.frame.getByRole('textbox', { name: editBox }).waitFor();
    },
    leave: (panel) => panel.button(panel.words.panel.cancel).click(),
  },
  chips: {
    enter: async (panel) => {
      await panel.prompt.fill(panel.texts.context);
      for (const file of files) await attach(panel, file);
    },
    leave: async (panel) => {
      for (const file of files) await removeChip(panel, file).click();
      await panel.prompt.fill('');
    },
  },
  suggestions: {
    isFleeting: true,
    enter: async (panel) => {
      await panel.prompt.pressSequentially('#sam');
      await panel.frame.getByRole('option').first().waitFor();
    },
    leave: async (panel) => {
      await panel.prompt.press('Escape');
      await panel.prompt.fill('');
    },
  },
  /** The list of conversations in front of the panel. */
  history: {
    isFleeting: true,
    enter: async ({ workbench, texts }) => {
      await workbench.page.locator('.editor-actions .action-label.codicon-history').first().click();
      await workbench.quickInput.rowsWith(texts.failed).first().waitFor();
    },
    leave: ({ workbench }) => workbench.quickInput.dismiss(),
  },
  interrupted: {
    enter: async (panel) => {
      await panel.askForBeginning(panel.texts.interrupted, firstHalf(panel.texts.short));
      await panel.workbench.reload();
      await panel.inState('interrupted').waitFor();
    },
  },
} satisfies Readonly<Record<string, PanelState>>;

export type PanelStateName = keyof typeof panelStates;

async function fail(panel: ConversationPanel, prompt: string, ...replies: readonly Reply[]): Promise<void> {
  await panel.askUntil('failed', prompt, ...replies);
  await panel.inState('failed').getByRole('alert').waitFor();
}

function removeChip(panel: ConversationPanel, file: string) {
  return panel.button(fillTemplate(panel.words.panel.remove, file));
}

async function attach(panel: ConversationPanel, file: string): Promise<void> {
  const option = panel.frame.getByRole('option').filter({ hasText: file }).first();
  await panel.prompt.press('End');
  await panel.prompt.pressSequentially(`#${file}`);
  try {
    await option.click({ timeout: 10_000 });
  } catch {
    // A search that takes too long returns nothing. Another letter starts a new search.
    await panel.prompt.press('Backspace');
    await panel.prompt.pressSequentially(file.slice(-1));
    await option.click();
  }
  await removeChip(panel, file).waitFor();
}
