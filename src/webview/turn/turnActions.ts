import { readPlainText } from '../markdown/plainText';
import type { PageContext } from '../pageContext';
import { button, element, type Icon, iconButton, markCopied, svgIcon } from '../util/element';
import { createMenu, type MenuItem } from '../util/menu';
import { fillTemplate } from '../../shared/format';
import { answerActions as answerActionNames, type AnswerAction } from '../../shared/pageMessages';
import { isRunning, type TurnState } from '../../shared/protocol';
import { type Card, type CardSlot, markVersionButton } from './card';
import type { ShownAnswer } from './shownAnswer';

/** Shows the buttons below an answer. There are no buttons while the turn is running. */
export function showTurnActions(
  context: PageContext,
  slot: CardSlot,
  answer: ShownAnswer,
  { phase, finishReason, model, text: currentText }: TurnState,
): void {
  const { id: answerId, isQueued, isLatest, isCompared, exchange } = answer;
  const { strings, post, isReadOnly, areVersionButtonsDisabled } = context;
  const hasEnded = !isRunning(phase);
  const text = hasEnded ? currentText : '';
  // If the latest answer has ended at the token limit, the line below it already has a button that restarts the answer.
  // *Regenerate* is therefore left out.
  const canRegenerate = phase === 'done' && !isCompared && !(isLatest && finishReason === 'length');
  const isFollowed = exchange?.followed === answerId;
  const versions = hasEnded ? (exchange?.versions ?? []) : [];
  const create = (): Card | undefined => {
    const parts: HTMLElement[] = [];
    const copy = text === '' ? undefined : createCopyButton(context, text);
    const mayChange = !isReadOnly();
    if (isCompared && copy && mayChange) {
      const [shortCaption, caption, tooltip = caption] = isFollowed
        ? [strings.hideOthers, strings.hideOthers]
        : [strings.use, strings.useAnswer, strings.useAnswerTooltip];
      const texts = [element('span.full-text', caption), element('span.short-text', shortCaption)];
      const use = button(texts, 'secondary', () => post({ type: 'useAnswer', answerId }));
      use.ariaLabel = caption;
      use.title = tooltip;
      parts.push(use);
    }
    if (copy) parts.push(copy);
    if (isQueued && mayChange)
      parts.push(iconButton(strings.cancelQueued, 'close', () => post({ type: 'stop', answerId })));
    if (exchange && canRegenerate && mayChange) {
      const regenerate = (other?: string) => () => post({ type: 'regenerate', answerId, model: other });
      const buttons = [
        iconButton(strings.regenerate, 'refresh', regenerate()),
        iconButton(strings.moreRegenerate, 'chevronDown'),
      ] as const;
      for (const versionButton of buttons) markVersionButton(versionButton, areVersionButtonsDisabled());
      const items = () => [
        ...context
          .recentModels()
          .used.filter((used) => used !== model)
          .map((other) => ({ caption: fillTemplate(strings.regenerateWithModel, other), choose: regenerate(other) })),
        { caption: strings.regenerateWith, choose: () => post({ type: 'regenerateWith', answerId }) },
        { caption: strings.compareModels, choose: () => post({ type: 'compareModels', exchangeId: exchange.id }) },
      ];
      parts.push(buttons[0], ...createMenu(strings.moreRegenerate, items, buttons[1]));
    }
    // Of a comparison, the list of versions contains only the first answer, so only that answer shows the buttons that
    // switch versions.
    if (versions.length > 1 && versions.includes(answerId) && mayChange)
      parts.push(createVersionPager(context, answerId, versions));
    if (hasEnded)
      parts.push(
        ...createMenu(strings.answerActions, () =>
          // The row already contains a button that copies the answer.
          answerActions(context, answer).filter(({ action }) => action !== 'copyAnswer'),
        ),
      );
    if (parts.length === 0) return undefined;
    return { element: element('div.turn-actions', ...parts) };
  };
  slot.show([isQueued, canRegenerate, hasEnded, isFollowed, text, ...versions], create);
}

/** Returns the actions that are possible for an answer now. */
export function answerActions(
  { strings, post, copy, isReadOnly }: PageContext,
  { id: answerId, element: article, exchange, state: { phase, text } }: ShownAnswer,
): readonly (MenuItem & { readonly action: AnswerAction })[] {
  const hasEnded = !isRunning(phase);
  const items: Readonly<Record<AnswerAction, readonly [isPossible: boolean, choose: () => void]>> = {
    copyAnswer: [text !== '', () => copy(text)],
    copyPlainText: [
      text !== '',
      () => {
        const shown = article.querySelector<HTMLElement>('[data-part="answer"]');
        if (shown) copy(readPlainText(shown));
      },
    ],
    copyRequest: [hasEnded, () => post({ type: 'copyRequest', answerId })],
    exportConversation: [true, () => post({ type: 'exportConversation' })],
    branch: [hasEnded && exchange !== undefined, () => post({ type: 'branch', answerId })],
    deleteTurn: [
      exchange !== undefined && !isReadOnly(),
      () => exchange && post({ type: 'deleteExchange', exchangeId: exchange.id }),
    ],
  };
  return answerActionNames.flatMap((action) => {
    const [isPossible, choose] = items[action];
    return isPossible ? { action, caption: strings[action], choose } : [];
  });
}

/** Disables or enables *Regenerate* and the buttons that show another version, in all answers of a conversation. */
export function setVersionButtonsDisabled({ moveFocus }: PageContext, thread: HTMLElement, areDisabled: boolean): void {
  const { activeElement } = document;
  const buttons = [...thread.querySelectorAll<HTMLButtonElement>('button[data-version-button]')];
  // Moves the focus before the button is disabled: a disabled button keeps the focus, and the page then receives no key
  // events.
  const turn = buttons.find((button) => button === activeElement)?.closest('article');
  if (areDisabled && turn) moveFocus(turn, { preventScroll: true });
  for (const button of buttons) button.disabled = areDisabled;
}

function createCopyButton({ strings, copy }: PageContext, text: string): HTMLElement {
  const copyButton = iconButton(strings.copy, 'copy', () => {
    copy(text);
    markCopied(copyButton);
  });
  copyButton.append(svgIcon('check'));
  copyButton.classList.add('copy-button');
  return copyButton;
}

function createVersionPager(
  { strings, post, areVersionButtonsDisabled }: PageContext,
  answerId: string,
  versions: readonly string[],
): HTMLElement {
  const index = versions.indexOf(answerId);
  const createStep = (target: number, name: 'previous' | 'next', icon: Icon, caption: string) => {
    const targetId = versions[target];
    const step = iconButton(caption, icon, () => targetId && post({ type: 'showVersion', answerId: targetId }));
    step.dataset['version'] = name;
    if (targetId === undefined) step.disabled = true;
    else markVersionButton(step, areVersionButtonsDisabled());
    return step;
  };
  const position = [index + 1, versions.length].map(String);
  return element(
    'div.versions',
    { role: 'group', 'aria-label': fillTemplate(strings.announceVersion, ...position) },
    createStep(index - 1, 'previous', 'chevronLeft', strings.previousVersion),
    element('span', fillTemplate(strings.versionOf, ...position)),
    createStep(index + 1, 'next', 'chevronRight', strings.nextVersion),
  );
}

/**
 * Remembers which version button of an exchange (*previous* or *next*) has the focus. Returns a function that moves the
 * focus to the same button of the version that is shown instead.
 */
export function carryVersionFocus(
  { moveFocus }: PageContext,
  from: HTMLElement,
): ((to: HTMLElement, scroller: HTMLElement) => void) | undefined {
  const pressedButton = buttonsIn(from).find((button) => button === document.activeElement);
  if (!pressedButton) return undefined;
  const { top } = pressedButton.getBoundingClientRect();
  return (to, scroller) => {
    const buttons = buttonsIn(to).filter((button) => !button.disabled);
    const next = buttons.find((button) => button.dataset['version'] === pressedButton.dataset['version']) ?? buttons[0];
    if (!next) return;
    moveFocus(next, { preventScroll: true });
    scroller.scrollTop += next.getBoundingClientRect().top - top;
  };
}

function buttonsIn(entry: HTMLElement): HTMLButtonElement[] {
  return [...entry.querySelectorAll<HTMLButtonElement>('button[data-version]')];
}
