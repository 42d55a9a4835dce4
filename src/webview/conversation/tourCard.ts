import type { ToHost } from '../../shared/pageMessages';
import type { ConnectionView, TourStep } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element } from '../util/element';

/** The current step of the tour and its buttons. It stands in the empty state, then in the dock. */
export class TourCard {
  private readonly element: HTMLElement;
  private readonly texts = element('div', { class: 'tour-step' });
  private readonly actions = element('div', { class: 'actions' });
  private step: TourStep | undefined;
  /** The data of the current buttons, as JSON. */
  private key = '';

  constructor(private readonly context: PageContext) {
    const { tour } = context.strings;
    this.element = element('section', { class: 'tour-card', 'aria-label': tour }, this.texts, this.actions);
  }

  setStep(step: TourStep | undefined): void {
    this.step = step;
  }

  /** @param place the element that contains the card; undefined if there is no tour */
  update(place: HTMLElement | undefined, { hasKey }: ConnectionView): void {
    const hadFocus = this.element.contains(document.activeElement);
    if (!place) {
      this.element.remove();
      if (hadFocus) this.context.focusComposer();
      return;
    }
    const wasMoved = this.element.parentElement !== place;
    if (wasMoved) place.append(this.element);
    const wasChanged = this.showStep(hasKey);
    // Keeps the keyboard focus on the button that continues the tour.
    const first = this.actions.querySelector('button');
    if (hadFocus && first && (wasMoved || wasChanged)) this.context.moveFocus(first);
  }

  /** @returns whether the buttons were replaced */
  private showStep(hasKey: ConnectionView['hasKey']): boolean {
    const { step } = this;
    const key = JSON.stringify([step, hasKey]);
    if (key === this.key) return false;
    this.key = key;
    // While a step runs, its text is not read out, because the announcer already says that the answer has started.
    const isRunning = step?.offers[0]?.act === 'skip';
    this.texts.setAttribute('aria-live', isRunning ? 'off' : 'polite');
    this.texts.replaceChildren(
      ...(step ? [element('p', { class: 'tour-heading' }, step.heading)] : []),
      ...(step?.text === undefined ? [] : [element('p', { class: 'tour-text' }, step.text)]),
    );
    const offers = (step?.offers ?? []).map(({ act, label }) => this.createButton(label, { type: 'tour', act }));
    const isFinished = step?.offers.length === 0;
    const { strings } = this.context;
    const buttons = [
      ...offers,
      ...(isFinished && !hasKey ? [this.createButton(strings.setApiKey, { type: 'setApiKey' })] : []),
      ...(isRunning ? [] : [this.createButton(strings.leaveTour, { type: 'leaveTour' })]),
    ];
    if (!isRunning) buttons[0]?.classList.replace('secondary', 'primary');
    this.actions.replaceChildren(...buttons);
    return true;
  }

  private createButton(label: string, message: ToHost): HTMLButtonElement {
    return button(label, 'secondary', () => this.context.post(message));
  }
}
