import { effectiveGatewaySwitches } from '../../shared/describe';
import { isRunning, type TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { element, type Icon, iconButton, setText, svgIcon } from '../util/element';
import type { ShownAnswer } from './shownAnswer';

/**
 * The name of the model that answers, and what is unusual about its gateway. The style sheet adds a spinner. The head of
 * a compared answer also names the gateway and has a button *Stop*.
 */
export class TurnHead {
  readonly element: HTMLElement;
  private readonly model = element('span', { class: 'turn-name' });
  private readonly badges = element('span', { class: 'turn-badges' });
  private readonly gateway = element('span', { class: 'turn-gateway' });
  private readonly stop: HTMLButtonElement;

  constructor(
    private readonly context: PageContext,
    private readonly answer: ShownAnswer,
  ) {
    const { strings, post } = context;
    this.stop = iconButton(strings.stop, 'stopCircle', () => post({ type: 'stop', answerId: answer.id }));
    const parts = answer.isCompared ? [this.model, this.gateway, this.badges, this.stop] : [this.model, this.badges];
    this.element = element('header', { class: 'turn-head' }, ...parts);
  }

  render(state: TurnState): void {
    const { answer } = this;
    const model = state.model || (answer.isCompared ? answer.model : '');
    setText(this.model, model);
    // A long name is cut, so that the head keeps its height.
    this.model.title = model;
    if (answer.isCompared) {
      const gateway = state.gateway?.label ?? '';
      setText(this.gateway, gateway);
      this.gateway.title = gateway;
      this.setStoppable(!answer.isQueued && isRunning(state.phase));
    }
    const badges = this.badgesOf(state);
    if (badges.map(({ text }) => text).join('') !== this.badges.textContent)
      this.badges.replaceChildren(...badges.map(createBadge));
  }

  private setStoppable(isStoppable: boolean): void {
    const { stop } = this;
    const { isReadOnly, moveFocus } = this.context;
    if (stop === document.activeElement && !isStoppable) {
      const turn = stop.closest('article');
      if (turn) moveFocus(turn, { preventScroll: true });
    }
    stop.hidden = !isStoppable || isReadOnly();
  }

  private badgesOf(state: TurnState): readonly Badge[] {
    const { strings } = this.context;
    const { id, exchange } = this.answer;
    const lastSwitch = state.switches.at(-1);
    const badges: Badge[] = [];
    if (lastSwitch && lastSwitch.reason !== 'user') badges.push({ text: strings.fallbackBadge, icon: 'arrowSwap' });
    if (effectiveGatewaySwitches(state).length > 0) badges.push({ text: strings.backupBadge, icon: 'arrowSwap' });
    if (exchange?.demo) badges.push({ text: strings.demo });
    if (exchange?.followed === id)
      badges.push({ text: strings.followed, icon: 'check', title: strings.followedTooltip });
    return badges;
  }
}

interface Badge {
  readonly text: string;
  readonly icon?: Icon;
  readonly title?: string;
}

function createBadge({ text, icon, title }: Badge): HTMLElement {
  return element('span', { class: 'badge', ...(title && { title }) }, ...(icon ? [svgIcon(icon)] : []), text);
}
