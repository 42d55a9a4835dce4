import type { PageContext } from '../pageContext';
import { button, element, iconButton } from '../util/element';
import { fill } from '../../shared/format';
import type { Card } from './card';

interface TurnActionOptions {
  readonly queued: boolean;
  readonly canRegenerate: boolean;
  /** Ids of all versions of the exchange, oldest first, including the exchange itself. */
  readonly versions: readonly string[];
  readonly versionsLocked: boolean;
}

export function createTurnActions(
  context: PageContext,
  exchangeId: string,
  options: TurnActionOptions,
): Card | undefined {
  const { strings, post, isReadOnly } = context;
  if (isReadOnly()) return undefined;
  const parts: HTMLElement[] = [];
  if (options.queued) parts.push(button(strings.cancelQueued, 'quiet', () => post({ type: 'stop', exchangeId })));
  if (options.versions.length > 1) parts.push(createVersionPager(context, exchangeId, options));
  if (options.canRegenerate) {
    const regenerate = (switchModel: boolean) => () => post({ type: 'regenerate', exchangeId, switchModel });
    const buttons = [
      button(strings.regenerate, 'quiet', regenerate(false)),
      button(strings.regenerateWith, 'quiet', regenerate(true)),
    ];
    parts.push(element('div', { class: 'regenerate' }, ...buttons));
  }
  if (parts.length === 0) return undefined;
  return { element: element('div', { class: 'turn-actions' }, ...parts) };
}

function createVersionPager(
  { strings, post }: PageContext,
  exchangeId: string,
  { versions, versionsLocked }: TurnActionOptions,
): HTMLElement {
  const index = versions.indexOf(exchangeId);
  const createStepButton = (targetIndex: number, icon: 'previous' | 'next', caption: string): HTMLButtonElement => {
    const targetId = versions[targetIndex];
    const stepButton = iconButton(
      caption,
      icon === 'previous' ? 'chevronLeft' : 'chevronRight',
      () => targetId && post({ type: 'showVersion', exchangeId: targetId }),
    );
    stepButton.disabled = versionsLocked || targetId === undefined;
    stepButton.dataset['version'] = icon;
    return stepButton;
  };
  const label = fill(strings.versionOf, String(index + 1), String(versions.length));
  return element(
    'div',
    { class: 'versions' },
    createStepButton(index - 1, 'previous', strings.previousVersion),
    element('span', {}, label),
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
