import type { PageContext } from '../pageContext';
import { button, element, type Icon, iconButton, svgIcon } from '../util/element';
import { createMenu } from '../util/menu';
import { fill } from '../../shared/format';
import { type Card, markVersionButton } from './card';

interface TurnActionOptions {
  readonly queued: boolean;
  /** Whether the turn has ended with an answer, which may be empty, so that its request is worth copying. */
  readonly hasAnswer: boolean;
  /** Markdown of the answer; empty while the turn is running. */
  readonly text: string;
  readonly canRegenerate: boolean;
  /** Whether the conversation can continue with the answer, which is a column of a comparison. */
  readonly canUse: boolean;
  /** Ids of all versions of the exchange, oldest first, including the exchange itself. */
  readonly versions: readonly string[];
}

/** Creates the buttons below an answer. Undefined if there are none, as while the turn is running. */
export function createTurnActions(
  context: PageContext,
  exchangeId: string,
  { queued, hasAnswer, text, canRegenerate, canUse, versions }: TurnActionOptions,
): Card | undefined {
  const { strings, post, isReadOnly, areVersionButtonsDisabled } = context;
  const mayChange = !isReadOnly();
  const parts: HTMLElement[] = [];
  if (canUse && mayChange) {
    const use = button(strings.useAnswer, 'secondary', () => post({ type: 'useAnswer', exchangeId }));
    use.title = strings.useAnswerTooltip;
    parts.push(use);
  }
  const copy = text === '' ? undefined : createCopyButton(context, text);
  if (copy) parts.push(copy.element);
  if (queued && mayChange)
    parts.push(iconButton(strings.cancelQueued, 'close', () => post({ type: 'stop', exchangeId })));
  if (canRegenerate && mayChange) {
    const regenerate = (switchModel: boolean) => () => post({ type: 'regenerate', exchangeId, switchModel });
    const compare = (): void => post({ type: 'compareModels', exchangeId });
    const buttons = [
      iconButton(strings.regenerate, 'refresh', regenerate(false)),
      iconButton(strings.moreRegenerate, 'chevronDown', () => undefined),
    ] as const;
    for (const created of buttons) markVersionButton(created, areVersionButtonsDisabled());
    const items = [
      { caption: strings.regenerateWith, choose: regenerate(true) },
      { caption: strings.compareModels, choose: compare },
    ];
    parts.push(buttons[0], ...createMenu(strings.moreRegenerate, () => items, buttons[1]));
  }
  if (versions.length > 1 && mayChange) {
    parts.push(createVersionPager(context, exchangeId, versions));
  }
  if (hasAnswer) parts.push(iconButton(strings.copyRequest, 'code', () => post({ type: 'copyRequest', exchangeId })));
  if (parts.length === 0) return undefined;
  return { element: element('div', { class: 'turn-actions' }, ...parts), dispose: () => copy?.dispose?.() };
}

/** Disables or enables *Regenerate* and the buttons that show another version, in all answers of a thread. */
export function setVersionButtonsDisabled({ moveFocus }: PageContext, thread: HTMLElement, areDisabled: boolean): void {
  const { activeElement } = document;
  const buttons = [...thread.querySelectorAll<HTMLButtonElement>('button[data-version-button]')];
  // A disabled button would keep the focus, and the page would receive no keys.
  const turn = buttons.find((button) => button === activeElement)?.closest('article');
  if (areDisabled && turn) moveFocus(turn, { preventScroll: true });
  for (const button of buttons) button.disabled = areDisabled;
}

/** Time for which the *Copy* button shows that the answer was copied, in milliseconds. */
const copiedMarkMs = 1500;

function createCopyButton({ strings, clock, copy }: PageContext, text: string): Card {
  let cancelReset = (): void => undefined;
  const created = iconButton(strings.copy, 'copy', () => {
    copy(text);
    created.replaceChildren(svgIcon('check'));
    cancelReset();
    cancelReset = clock.after(copiedMarkMs, () => created.replaceChildren(svgIcon('copy')));
  });
  return { element: created, dispose: () => cancelReset() };
}

function createVersionPager(
  { strings, post, areVersionButtonsDisabled }: PageContext,
  exchangeId: string,
  versions: readonly string[],
): HTMLElement {
  const index = versions.indexOf(exchangeId);
  const createStep = (target: number, name: 'previous' | 'next', icon: Icon, caption: string) => {
    const exchangeIdOfTarget = versions[target];
    const step = iconButton(
      caption,
      icon,
      () => exchangeIdOfTarget && post({ type: 'showVersion', exchangeId: exchangeIdOfTarget }),
    );
    step.dataset['version'] = name;
    if (exchangeIdOfTarget === undefined) step.disabled = true;
    else markVersionButton(step, areVersionButtonsDisabled());
    return step;
  };
  const position = [index + 1, versions.length].map(String);
  return element(
    'div',
    { class: 'versions', role: 'group', 'aria-label': fill(strings.announceVersion, ...position) },
    createStep(index - 1, 'previous', 'chevronLeft', strings.previousVersion),
    element('span', {}, fill(strings.versionOf, ...position)),
    createStep(index + 1, 'next', 'chevronRight', strings.nextVersion),
  );
}

/** Returns a function that moves the focus to the same version button of the entry that replaces this one. */
export function carryVersionFocus(
  { moveFocus }: Pick<PageContext, 'moveFocus'>,
  from: HTMLElement,
): ((to: HTMLElement, scroller: HTMLElement) => void) | undefined {
  const pressed = buttonsIn(from).find((button) => button === document.activeElement);
  if (!pressed) return undefined;
  const { top } = pressed.getBoundingClientRect();
  return (to, scroller) => {
    const buttons = buttonsIn(to).filter((button) => !button.disabled);
    const next = buttons.find((button) => button.dataset['version'] === pressed.dataset['version']) ?? buttons[0];
    if (!next) return;
    moveFocus(next, { preventScroll: true });
    scroller.scrollTop += next.getBoundingClientRect().top - top;
  };
}

function buttonsIn(entry: HTMLElement): HTMLButtonElement[] {
  return [...entry.querySelectorAll<HTMLButtonElement>('button[data-version]')];
}
