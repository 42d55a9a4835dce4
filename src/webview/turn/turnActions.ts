import type { PageContext } from '../pageContext';
import { button, element, iconButton } from '../util/element';
import { fill } from '../util/format';
import type { Card } from './cardParts';

/** What can be done with an answer that has not begun, or is over. */
interface TurnOffers {
  /** It waits for an earlier turn. */
  readonly queued: boolean;
  readonly regenerate: boolean;
  /** Ids of all that were asked in its place, itself included, oldest first. */
  readonly versions: readonly string[];
  /** Nothing can be shown in its place while a turn runs. */
  readonly held: boolean;
}

/** Below an answer: the other versions of it, and one more. */
export function createTurnActions(context: PageContext, exchangeId: string, offers: TurnOffers): Card | undefined {
  const { strings, post, isReadOnly } = context;
  if (isReadOnly()) return undefined;
  const parts: HTMLElement[] = [];
  if (offers.queued) parts.push(button(strings.cancelQueued, 'quiet', () => post({ type: 'stop', exchangeId })));
  if (offers.versions.length > 1) parts.push(createVersionPager(context, exchangeId, offers));
  if (offers.regenerate) {
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

/** ‹ 2 of 3 › */
function createVersionPager(
  { strings, post }: PageContext,
  exchangeId: string,
  { versions, held }: TurnOffers,
): HTMLElement {
  const at = versions.indexOf(exchangeId);
  const step = (to: number, icon: 'previous' | 'next', caption: string): HTMLButtonElement => {
    const target = versions[to];
    const made = iconButton(caption, icon, () => target && post({ type: 'showVersion', exchangeId: target }));
    made.disabled = held || target === undefined;
    made.dataset['version'] = icon;
    return made;
  };
  const place = fill(strings.versionOf, String(at + 1), String(versions.length));
  return element(
    'div',
    { class: 'versions' },
    step(at - 1, 'previous', strings.previousVersion),
    element('span', {}, place),
    step(at + 1, 'next', strings.nextVersion),
  );
}

/**
 * The button that showed another version goes away with what it stood under: the same button of what comes instead
 * gets the focus, at the same height.
 * @returns undefined when the focus is elsewhere
 */
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

function buttonsIn(article: HTMLElement): HTMLButtonElement[] {
  return [...article.querySelectorAll<HTMLButtonElement>('button[data-version]')];
}
