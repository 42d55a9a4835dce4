import { effectiveRouteSwitches } from '../../shared/describe';
import type { TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { element, type Icon, setText, svgIcon } from '../util/element';

/** The name of the model that answers, and what is unusual about the route to it. The style sheet adds a spinner. */
export class TurnHead {
  readonly element: HTMLElement;
  private readonly model = element('span', { class: 'turn-name' });
  private readonly badges = element('span', { class: 'turn-badges' });

  constructor(
    private readonly context: PageContext,
    private readonly isDemo: boolean,
  ) {
    this.element = element('header', { class: 'turn-head' }, this.model, this.badges);
  }

  render(state: TurnState): void {
    setText(this.model, state.model);
    // A long name is cut, so that the head keeps its height.
    this.model.title = state.model;
    const badges = this.badgesOf(state);
    if (badges.map(({ text }) => text).join('') !== this.badges.textContent)
      this.badges.replaceChildren(...badges.map(createBadge));
  }

  private badgesOf(state: TurnState): readonly Badge[] {
    const { strings } = this.context;
    const lastSwitch = state.switches.at(-1);
    const badges: Badge[] = [];
    if (lastSwitch && lastSwitch.reason !== 'user') badges.push({ text: strings.fallbackBadge, icon: 'arrowSwap' });
    if (effectiveRouteSwitches(state).length > 0) badges.push({ text: strings.backupBadge, icon: 'arrowSwap' });
    if (this.isDemo) badges.push({ text: strings.demo });
    return badges;
  }
}

interface Badge {
  readonly text: string;
  readonly icon?: Icon;
}

function createBadge({ text, icon }: Badge): HTMLElement {
  return element('span', { class: 'badge' }, ...(icon ? [svgIcon(icon)] : []), text);
}
