import type { PageContext } from '../pageContext';
import { element, iconButton, svgIcon } from '../util/element';
import { createMenu } from '../util/menu';
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
  readonly versionsLocked: boolean;
}

/** Creates the buttons below an answer. Undefined if there are none, as while the turn is running. */
export function createTurnActions(
  context: PageContext,
  exchangeId: string,
  { queued, hasAnswer, text, canRegenerate, versions, versionsLocked }: TurnActionOptions,
): Card | undefined {
  const { strings, post, isReadOnly } = context;
  const mayChange = !isReadOnly();
  const parts: HTMLElement[] = [];
  const copy = text === '' ? undefined : createCopyButton(context, text);
  if (copy) parts.push(copy.element);
  if (queued && mayChange)
    parts.push(iconButton(strings.cancelQueued, 'close', () => post({ type: 'stop', exchangeId })));
  if (canRegenerate && mayChange) {
    const regenerate = (switchModel: boolean) => () => post({ type: 'regenerate', exchangeId, switchModel });
    parts.push(
      iconButton(strings.regenerate, 'refresh', regenerate(false)),
      iconButton(strings.regenerateWith, 'chevronDown', regenerate(true)),
    );
  }
  if (versions.length > 1 && mayChange) parts.push(createVersionPager(context, exchangeId, versions, versionsLocked));
  if (hasAnswer)
    parts.push(
      ...createMenu(strings.moreActions, 'ellipsis', () => [
        {
          caption: strings.copyRequest,
          title: strings.copyRequestHint,
          choose: () => post({ type: 'copyRequest', exchangeId }),
        },
      ]),
    );
  if (parts.length === 0) return undefined;
  return {
    element: element('div', { class: 'turn-actions' }, ...parts),
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
  isLocked: boolean,
): HTMLElement {
  const index = versions.indexOf(exchangeId);
  const createStepButton = (targetIndex: number, icon: 'previous' | 'next', caption: string): HTMLButtonElement => {
    const targetId = versions[targetIndex];
    const stepButton = iconButton(
      caption,
      icon === 'previous' ? 'chevronLeft' : 'chevronRight',
      () => targetId && post({ type: 'showVersion', exchangeId: targetId }),
    );
    stepButton.disabled = isLocked || targetId === undefined;
    stepButton.dataset['version'] = icon;
    return stepButton;
  };
  const position = [index + 1, versions.length].map(String);
  return element(
    'div',
    { class: 'versions', role: 'group', 'aria-label': fill(strings.announceVersion, ...position) },
    createStepButton(index - 1, 'previous', strings.previousVersion),
    element('span', {}, fill(strings.versionOf, ...position)),
    createStepButton(index + 1, 'next', strings.nextVersion),
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
