import type { DemoTourStep } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element } from '../util/element';

/** The notice that is shown while prompts go to the offline demo, with the current step of the tour and its buttons. */
export class DemoBar {
  readonly element: HTMLElement;
  private readonly stepTexts = element('div', { class: 'demo-step', 'aria-live': 'polite' });
  private readonly offers = element('div', { class: 'actions' });
  private step: DemoTourStep | undefined;

  constructor(private readonly context: PageContext) {
    const { strings, post } = context;
    const leaveButton = button(strings.leaveDemo, 'quiet', () => post({ type: 'leaveDemo' }));
    this.element = element(
      'section',
      { class: 'notice demo', 'aria-label': strings.demo },
      this.stepTexts,
      this.offers,
      element(
        'div',
        { class: 'demo-foot' },
        element('p', { class: 'notice-title' }, strings.demoBanner),
        element('div', { class: 'actions' }, leaveButton),
      ),
    );
  }

  update(step: DemoTourStep | undefined): void {
    if (step === this.step) return;
    // Screen readers read replaced texts again, so the texts of a step that only has other buttons stay.
    if (step?.heading !== this.step?.heading) {
      const texts = step ? [createText('demo-heading', step.heading), createText('demo-text', step.text)] : [];
      this.stepTexts.replaceChildren(...texts);
    }
    this.step = step;
    this.showOffers(step?.offers ?? []);
  }

  private showOffers(offers: DemoTourStep['offers']): void {
    const { post, moveFocus, focusComposer } = this.context;
    const hadFocus = this.offers.contains(document.activeElement);
    const buttons = offers.map(({ act, label }, index) =>
      button(label, index === 0 && act !== 'skip' ? 'primary' : 'secondary', () => post({ type: 'demo', act })),
    );
    this.offers.replaceChildren(...buttons);
    // Keeps the keyboard focus on the button that continues the tour.
    if (hadFocus && buttons[0]) moveFocus(buttons[0]);
    else if (hadFocus) focusComposer();
  }
}

function createText(name: string, text: string): HTMLElement {
  return element('p', { class: name }, text);
}
