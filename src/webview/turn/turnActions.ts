import type { PageContext } from '../pageContext';
import { element, type Icon, iconButton, svgIcon } from '../util/element';
import { fill } from '../../shared/format';
import type { Card } from './card';

interface TurnActionOptions {
  readonly queued: boolean;
  /** Whether the turn has ended with an answer, which may be empty, so that its request is worth copying. */
  readonly hasAnswer: boolean;
  /** Markdown of the answer; empty while the turn is running. */
  readonly text: string;
  readonly canRegenerate: boolean;
  /** Ids of all versions of the exchange, oldest first, including the exchange itself. */
  readonly versions: readonly string[];
  readonly areVersionsLocked: () => boolean;
}

/** Creates the buttons below an answer. Undefined if there are none, as while the turn is running. */
export function createTurnActions(
  context: PageContext,
  exchangeId: string,
  { queued, hasAnswer, text, canRegenerate, versions, areVersionsLocked }: TurnActionOptions,
): Card | undefined {
  const { strings, post, isReadOnly, moveFocus } = context;
  const mayChange = !isReadOnly();
  const parts: HTMLElement[] = [];
  /** Buttons that would end the running exchange, so that they are disabled while there is one. */
  const lockable: HTMLButtonElement[] = [];
  const copy = text === '' ? undefined : createCopyButton(context, text);
  if (copy) parts.push(copy.element);
  if (queued && mayChange)
    parts.push(iconButton(strings.cancelQueued, 'close', () => post({ type: 'stop', exchangeId })));
  if (canRegenerate && mayChange) {
    const regenerate = (switchModel: boolean) => () => post({ type: 'regenerate', exchangeId, switchModel });
    lockable.push(
      iconButton(strings.regenerate, 'refresh', regenerate(false)),
      iconButton(strings.regenerateWith, 'chevronDown', regenerate(true)),
    );
    parts.push(...lockable);
  }
  if (versions.length > 1 && mayChange) {
    const pager = createVersionPager(context, exchangeId, versions);
    lockable.push(...pager.steps);
    parts.push(pager.element);
  }
  if (hasAnswer) parts.push(iconButton(strings.copyRequest, 'code', () => post({ type: 'copyRequest', exchangeId })));
  if (parts.length === 0) return undefined;
  const refresh = (): void => {
    const isLocked = areVersionsLocked();
    // A disabled button would keep the focus, and the page would receive no keys.
    const focused = isLocked && lockable.find((locked) => locked === document.activeElement);
    const turn = focused && focused.closest('article');
    if (turn) moveFocus(turn, { preventScroll: true });
    for (const locked of lockable) locked.disabled = isLocked;
  };
  refresh();
  return {
    element: element('div', { class: 'turn-actions' }, ...parts),
    refresh,
    dispose: () => copy?.dispose?.(),
  };
}

/** Time for which the *Copy* button shows that the answer was copied, in milliseconds. */
const copiedMarkMs = 1500;

function createCopyButton({ strings, clock, post, announcer }: PageContext, text: string): Card {
  let cancelReset = (): void => undefined;
  const copy = iconButton(strings.copy, 'copy', () => {
    post({ type: 'copy', text });
    announcer.announce(strings.copied);
    copy.replaceChildren(svgIcon('check'));
    cancelReset();
    cancelReset = clock.after(copiedMarkMs, () => copy.replaceChildren(svgIcon('copy')));
  });
  return { element: copy, dispose: () => cancelReset() };
}

function createVersionPager(
  { strings, post }: PageContext,
  exchangeId: string,
  versions: readonly string[],
): { readonly element: HTMLElement; readonly steps: readonly HTMLButtonElement[] } {
  const index = versions.indexOf(exchangeId);
  const createStep = (target: number, name: 'previous' | 'next', icon: Icon, caption: string) => {
    const exchangeIdOfTarget = versions[target];
    const step = iconButton(
      caption,
      icon,
      () => exchangeIdOfTarget && post({ type: 'showVersion', exchangeId: exchangeIdOfTarget }),
    );
    step.dataset['version'] = name;
    step.disabled = exchangeIdOfTarget === undefined;
    return step;
  };
  const previous = createStep(index - 1, 'previous', 'chevronLeft', strings.previousVersion);
  const next = createStep(index + 1, 'next', 'chevronRight', strings.nextVersion);
  const position = [index + 1, versions.length].map(String);
  const pager = element(
    'div',
    { class: 'versions', role: 'group', 'aria-label': fill(strings.announceVersion, ...position) },
    previous,
    element('span', {}, fill(strings.versionOf, ...position)),
    next,
  );
  return { element: pager, steps: [previous, next].filter((step) => !step.disabled) };
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
