import { describeRouteSwitches } from '../../shared/describe';
import { isRunning, type TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { element, setText, svgIcon } from '../util/element';
import type { Icon } from '../util/icons';

/** The name of the model that answers, what is unusual about the route to it, and a spinner while the turn runs. */
export class TurnHead {
  readonly element: HTMLElement;
  private readonly model = element('span', { class: 'turn-name' });
  private readonly badges = element('span', { class: 'turn-badges' });
  private spinner: Element | undefined;

  constructor(
    private readonly context: PageContext,
    private readonly isDemo: boolean,
  ) {
    this.element = element('header', { class: 'turn-head' }, this.model, this.badges);
  }

  render(state: TurnState, queued: boolean): void {
    setText(this.model, state.model);
    const badges = this.badgesOf(state);
    if (badges.map(({ text }) => text).join('') !== this.badges.textContent)
      this.badges.replaceChildren(...badges.map(createBadge));
    if (!isRunning(state.phase) || queued) this.spinner?.remove();
    else if (!this.spinner?.isConnected) this.element.append((this.spinner ??= createSpinner()));
  }

  private badgesOf(state: TurnState): readonly Badge[] {
    const { strings } = this.context;
    const lastSwitch = state.switches.at(-1);
    const badges: Badge[] = [];
    if (lastSwitch && lastSwitch.reason !== 'user') badges.push({ text: strings.fallbackBadge, icon: 'arrowSwap' });
    if (describeRouteSwitches(strings, state) !== '') badges.push({ text: strings.backupBadge, icon: 'arrowSwap' });
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

function createSpinner(): Element {
  const spinner = svgIcon('loading');
  spinner.classList.add('spinner');
  return spinner;
}
