import { element } from './element';

/** Speaks to screen readers: start, waits and outcome, never the answer's words one by one. */
export interface Announcer {
  readonly element: HTMLElement;
  say(text: string): void;
}

export function createAnnouncer(): Announcer {
  // No role: `role="status"` belongs to the wait card alone.
  const region = element('div', { class: 'visually-hidden', 'aria-live': 'polite' });
  return {
    element: region,
    say: (text) => {
      // A new node each time, or the same words twice would be spoken once.
      region.replaceChildren(element('p', {}, text));
    },
  };
}
