import { failure, rateLimited } from '../../../src/demo/replies';
import { answer, cutAfter, replySequence } from '../../support/replies';
import type { Step } from '../../support/testGateway';
import type { Stage } from './stage';
import { filled, patternOf } from './words';

/** Returns to a panel in which no turn runs. */
export type Leave = () => Promise<void>;

/** A state of the panel, and how to reach it from a panel in which no turn runs. */
export interface PanelState {
  readonly name: string;
  readonly enter: (stage: Stage) => Promise<Leave>;
  /** Whether a change of theme or width would end the state. */
  readonly fleeting?: true;
}

const nothing: Leave = () => Promise.resolve();

/** Returns an offset inside a code block at which the stream breaks, so that both parts of the answer contain code. */
const inCode = (text: string): number => text.indexOf('return Math') + 'return Math'.length;
const halfway = (text: string): number => Math.round(text.length / 2);
const pace = { chunkChars: 6, everyMs: 25 } as const;

function* silence(until: Promise<unknown>): Iterable<Step> {
  yield { send: ': working\n\n' };
  yield { until };
}

export const noKey: PanelState = {
  name: 'no-key',
  enter: async (stage) => {
    await stage.newConversation();
    await stage.removeKey();
    return async () => {
      await stage.setKey();
      // The status bar may still show the state of the previous key.
      await stage.button(stage.words.panel.tour).waitFor({ state: 'hidden' });
    };
  },
};

export const empty: PanelState = {
  name: 'empty',
  enter: async (stage) => {
    await stage.newConversation();
    return nothing;
  },
};

export const streaming: PanelState = {
  name: 'streaming',
  enter: (stage) => stage.askAndHold(stage.texts.streaming, stage.texts.answer, inCode(stage.texts.answer)),
};

export const quiet: PanelState = {
  name: 'quiet',
  enter: async (stage) => {
    const { quiet: prompt, short } = stage.texts;
    const leave = await stage.askAndHold(prompt, short, halfway(short));
    await stage.assistant.getByText(patternOf(stage.words.panel.noDataFor)).waitFor();
    return leave;
  },
};

export const waiting: PanelState = {
  name: 'waiting',
  enter: async (stage) => {
    await stage.ask(stage.texts.waiting, () => rateLimited(37, { 'x-request-id': 'req_8f3a61c2' }));
    await stage.inState('waiting').getByRole('timer').waitFor();
    return async () => {
      await stage.stop();
      // Resets the network state, because otherwise the next turn would wait as well.
      await stage.run('resetNetworkState');
    };
  },
};

export const resuming: PanelState = {
  name: 'resuming',
  enter: async (stage) => {
    const { resuming: prompt, short } = stage.texts;
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const rest = function* (): Iterable<Step> {
      yield* silence(released);
      yield* answer(short.slice(halfway(short)));
    };
    const cut = () => cutAfter(short.slice(0, halfway(short)), 'reset');
    await stage.ask(prompt, replySequence(cut, rest));
    await stage.inState('resuming').waitFor();
    return async () => {
      release();
      await stage.inState('done').waitFor();
    };
  },
};

export const failed: PanelState = {
  name: 'failed',
  enter: async (stage) => {
    await stage.ask(stage.texts.failed, () => failure(402, { message: 'Insufficient Balance' }));
    await stage.inState('failed').getByRole('alert').waitFor();
    return nothing;
  },
};

/** A failed turn after a wait, with all its details open. */
export const failedDetails: PanelState = {
  name: 'failed-details',
  enter: async (stage) => {
    const outOfCredit = () => failure(402, { message: 'Insufficient Balance' }, { 'x-request-id': 'req_8f3a61c2' });
    await stage.ask(stage.texts.failed, replySequence(rateLimited(1), outOfCredit));
    await stage.inState('failed').getByRole('alert').waitFor();
    await stage.inState('failed').locator('.card-details > summary').last().click();
    await stage.inState('failed').getByText(stage.words.panel.detailsCause).last().waitFor();
    return nothing;
  },
};

export const failedPartial: PanelState = {
  name: 'failed-partial',
  enter: async (stage) => {
    const { failedPartial: prompt, short } = stage.texts;
    const cut = () => cutAfter(short.slice(0, halfway(short)), 'reset');
    await stage.ask(prompt, replySequence(cut, failure(402, { message: 'Insufficient Balance' })));
    await stage.inState('failed').getByRole('alert').waitFor();
    return nothing;
  },
};

export const stopped: PanelState = {
  name: 'stopped',
  enter: async (stage) => {
    const { stopped: prompt, short } = stage.texts;
    await stage.askAndHold(prompt, short, halfway(short));
    await stage.stop();
    return nothing;
  },
};

export const interrupted: PanelState = {
  name: 'interrupted',
  enter: async (stage) => {
    const { interrupted: prompt, short } = stage.texts;
    await stage.askAndHold(prompt, short, halfway(short));
    await stage.workbench.reload();
    await stage.inState('interrupted').waitFor();
    return nothing;
  },
};

/** A complete answer after a rate limit and a broken stream, with its timeline open. */
export const done: PanelState = {
  name: 'done',
  enter: async (stage) => {
    const { done: prompt, short } = stage.texts;
    const limited = () => rateLimited(4);
    const cut = () => cutAfter(short.slice(0, halfway(short)), 'reset', pace);
    const rest = () =>
      answer(short.slice(halfway(short)), { ...pace, usage: { prompt_tokens: 31, completion_tokens: 74 } });
    await stage.ask(prompt, replySequence(limited, cut, rest));
    await stage.inState('done').waitFor();
    await stage.assistant.locator('.turn-summary').click();
    await stage.assistant.locator('.timeline-picture').first().waitFor();
    return nothing;
  },
};

/** An answer with all Markdown elements and with its reasoning open. */
export const code: PanelState = {
  name: 'code',
  enter: async (stage) => {
    const { code: prompt, answer: text, reasoning } = stage.texts;
    await stage.ask(prompt, () => answer(text, { reasoning, chunkChars: 40 }));
    await stage.inState('done').waitFor();
    await stage.assistant.locator('.code-keyword').first().waitFor();
    await stage.assistant.locator('.reasoning > summary').click();
    return nothing;
  },
};

export const versions: PanelState = {
  name: 'versions',
  enter: async (stage) => {
    const { regenerate, versionOf } = stage.words.panel;
    await stage.ask(stage.texts.code, () => answer(stage.texts.short));
    await stage.inState('done').waitFor();
    await stage.button(regenerate).last().click();
    await stage.assistant.getByText(filled(versionOf, '2', '2')).waitFor();
    await stage.inState('done').waitFor();
    return nothing;
  },
};

export const editing: PanelState = {
  name: 'editing',
  enter: async (stage) => {
    const { editPrompt, editBox, cancel } = stage.words.panel;
    await stage.ask(stage.texts.code, () => answer(stage.texts.short));
    await stage.inState('done').waitFor();
    await stage.panel.locator('article.you').last().hover();
    await stage.button(editPrompt).last().click();
    await stage.panel.getByRole('textbox', { name: editBox }).waitFor();
    return () => stage.button(cancel).click();
  },
};

export const suggestions: PanelState = {
  name: 'suggestions',
  fleeting: true,
  enter: async (stage) => {
    await stage.prompt.fill('');
    await stage.prompt.pressSequentially('#sam');
    await stage.panel.getByRole('option').first().waitFor();
    return async () => {
      await stage.prompt.press('Escape');
      await stage.prompt.fill('');
    };
  },
};

export const chips: PanelState = {
  name: 'chips',
  enter: async (stage) => {
    await stage.prompt.fill(stage.texts.context);
    for (const name of ['sample.ts', 'sample.py']) await attach(stage, name);
    return async () => {
      for (const name of ['sample.ts', 'sample.py']) {
        await stage.button(filled(stage.words.panel.remove, name)).click();
      }
      await stage.prompt.fill('');
    };
  },
};

/** A prompt with its context items open. */
export const attached: PanelState = {
  name: 'attached',
  enter: async (stage) => {
    await stage.prompt.fill('');
    await attach(stage, 'sample.ts');
    await stage.ask(stage.texts.context, () => answer(stage.texts.short));
    await stage.inState('done').waitFor();
    return nothing;
  },
};

/** A long pasted prompt. */
export const longPrompt: PanelState = {
  name: 'long-prompt',
  enter: async (stage) => {
    const log = Array.from({ length: 60 }, (_, n) => `10:${20 + n} worker ${n % 4}: attempt ${n} took ${n * 37} ms`);
    await stage.ask([stage.texts.context, '', ...log].join('\n'), () => answer(stage.texts.short));
    await stage.inState('done').waitFor();
    await stage.button(stage.words.panel.showAll).waitFor();
    return nothing;
  },
};

async function attach(stage: Stage, name: string): Promise<void> {
  const option = stage.panel.getByRole('option').filter({ hasText: name }).first();
  await stage.prompt.press('End');
  await stage.prompt.pressSequentially(`#${name}`);
  try {
    await option.click({ timeout: 10_000 });
  } catch {
    // A search that takes too long returns nothing. Another letter starts a new search.
    await stage.prompt.press('Backspace');
    await stage.prompt.pressSequentially(name.slice(-1));
    await option.click();
  }
  await stage.button(filled(stage.words.panel.remove, name)).waitFor();
}

/** A quick pick of VS Code in front of the panel. */
export const history: PanelState = {
  name: 'history',
  fleeting: true,
  enter: async (stage) => {
    await stage.workbench.page.locator('.editor-actions .action-label.codicon-history').first().click();
    await stage.workbench.quickInput.rowsWith(stage.texts.failed).first().waitFor();
    return () => stage.workbench.quickInput.dismiss();
  },
};
