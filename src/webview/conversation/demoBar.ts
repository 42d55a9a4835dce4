import type { DemoGuide } from '../../shared/protocol';
import { button, element } from '../util/element';
import type { PageContext } from '../pageContext';

export interface DemoBar {
  readonly element: HTMLElement;
  update(guide: DemoGuide | undefined): void;
}

/** Says that the demo answers, where its tour stands and what can be done next. */
export function createDemoBar({ strings, post, moveFocus, focusComposer }: PageContext): DemoBar {
  // Read out when it changes.
  const step = element('div', { class: 'demo-step', 'aria-live': 'polite' });
  const offers = element('div', { class: 'actions' });
  const leave = button(strings.leaveDemo, 'quiet', () => post({ type: 'leaveDemo' }));

  const showStep = ({ heading, text }: Partial<DemoGuide>): void => {
    const parts = [
      ['demo-heading', heading],
      ['demo-watch', text],
    ] as const;
    step.replaceChildren(...parts.flatMap(([name, words]) => (words ? element('p', { class: name }, words) : [])));
  };
  const showOffers = (guide: DemoGuide | undefined): void => {
    const hadFocus = offers.contains(document.activeElement);
    const buttons = (guide?.offers ?? []).map(({ act, label }, index) =>
      button(label, index === 0 && act !== 'skip' ? 'primary' : 'secondary', () => post({ type: 'demo', act })),
    );
    offers.replaceChildren(...buttons);
    // The keyboard stays where the tour goes on.
    if (hadFocus && buttons[0]) moveFocus(buttons[0]);
    else if (hadFocus) focusComposer();
  };

  let shown: DemoGuide | undefined;
  return {
    element: element(
      'section',
      { class: 'notice demo', 'aria-label': strings.demo },
      step,
      offers,
      element(
        'div',
        { class: 'demo-foot' },
        element('p', { class: 'notice-title' }, strings.demoBanner),
        element('div', { class: 'actions' }, leave),
      ),
    ),
    update: (guide) => {
      if (guide?.heading !== shown?.heading || guide?.text !== shown?.text) showStep(guide ?? {});
      if (JSON.stringify(guide?.offers) !== JSON.stringify(shown?.offers)) showOffers(guide);
      shown = guide;
    },
  };
}
