import { effectiveGatewaySwitches } from '../../shared/describe';
import { isRunning, type TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { element, type Icon, iconButton, setText, svgIcon } from '../util/element';

/** What the head of a column of a comparison shows in addition. */
interface ColumnHead {
  readonly model: string;
  readonly queued: boolean;
  readonly isFollowed: boolean;
}

/**
 * The name of the model that answers, and what is unusual about its gateway. The style sheet adds a spinner. The head
 * of a column also names the gateway and has a button *Stop*.
 */
export class TurnHead {
  readonly element: HTMLElement;
  private readonly model = element('span', { class: 'turn-name' });
  private readonly badges = element('span', { class: 'turn-badges' });
  private readonly column: { readonly gateway: HTMLElement; readonly stop: HTMLButtonElement } | undefined;

  /** @param columnId id of the exchange if it is a column of a comparison */
  constructor(
    private readonly context: PageContext,
    private readonly isDemo: boolean,
    columnId?: string,
  ) {
    const { strings, post } = context;
    this.element = element('header', { class: 'turn-head' }, this.model, this.badges);
    if (columnId === undefined) return;
    const gateway = element('span', { class: 'turn-gateway' });
    const stop = iconButton(strings.stop, 'stopCircle', () => post({ type: 'stop', exchangeId: columnId }));
    this.column = { gateway, stop };
    this.model.after(gateway);
    this.element.append(stop);
  }

  render(state: TurnState, column?: ColumnHead): void {
    const model = state.model || (column?.model ?? '');
    setText(this.model, model);
    // A long name is cut, so that the head keeps its height.
    this.model.title = model;
    if (this.column && column) {
      const gateway = state.gateway?.label ?? '';
      setText(this.column.gateway, gateway);
      this.column.gateway.title = gateway;
      this.setStoppable(this.column.stop, !column.queued && isRunning(state.phase));
    }
    const badges = this.badgesOf(state, column?.isFollowed ?? false);
    if (badges.map(({ text }) => text).join('') !== this.badges.textContent)
      this.badges.replaceChildren(...badges.map(createBadge));
  }

  private setStoppable(stop: HTMLButtonElement, isStoppable: boolean): void {
    const { isReadOnly, moveFocus } = this.context;
    if (stop === document.activeElement && !isStoppable) {
      const turn = stop.closest('article');
      if (turn) moveFocus(turn, { preventScroll: true });
    }
    stop.hidden = !isStoppable || isReadOnly();
  }

  private badgesOf(state: TurnState, isFollowed: boolean): readonly Badge[] {
    const { strings } = this.context;
    const lastSwitch = state.switches.at(-1);
    const badges: Badge[] = [];
    if (lastSwitch && lastSwitch.reason !== 'user') badges.push({ text: strings.fallbackBadge, icon: 'arrowSwap' });
    if (effectiveGatewaySwitches(state).length > 0) badges.push({ text: strings.backupBadge, icon: 'arrowSwap' });
    if (this.isDemo) badges.push({ text: strings.demo });
    if (isFollowed) badges.push({ text: strings.followed, icon: 'check', title: strings.followedTooltip });
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
