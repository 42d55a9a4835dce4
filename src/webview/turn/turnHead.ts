import { effectiveGatewaySwitches } from '../../shared/describe';
import { isRunning, type TurnState } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { element, type Icon, iconButton, setText, svgIcon } from '../util/element';
import type { ShownAnswer } from './shownAnswer';

/**
 * Creates the head of an answer: the name of its model, and badges such as *backup* for an unusual gateway. The head of
 * a compared answer also shows the gateway and a *Stop* button. While the turn is running, the style sheet adds a
 * spinner.
 */
export function createTurnHead(context: PageContext, answer: ShownAnswer) {
  const { strings, post, isReadOnly, moveFocus } = context;
  const modelText = element('span.turn-name');
  const badgeList = element('span.turn-badges');
  const gatewayText = element('span.turn-gateway');
  const stop = iconButton(strings.stop, 'stopCircle', () => post({ type: 'stop', answerId: answer.id }));
  const parts = answer.isCompared ? [modelText, gatewayText, badgeList, stop] : [modelText, badgeList];

  const setStoppable = (isStoppable: boolean): void => {
    if (stop === document.activeElement && !isStoppable) {
      const turn = stop.closest('article');
      if (turn) moveFocus(turn, { preventScroll: true });
    }
    stop.hidden = !isStoppable || isReadOnly();
  };

  const badgesOf = (state: TurnState): readonly Badge[] => {
    const { id, exchange } = answer;
    const lastSwitch = state.switches.at(-1);
    const badges: Badge[] = [];
    if (lastSwitch && lastSwitch.reason !== 'user') badges.push({ text: strings.fallbackBadge, icon: 'arrowSwap' });
    if (effectiveGatewaySwitches(state).length > 0) badges.push({ text: strings.backupBadge, icon: 'arrowSwap' });
    if (exchange && exchange.set !== 'own') badges.push({ text: strings.tour });
    if (exchange?.followed === id)
      badges.push({ text: strings.followed, icon: 'check', title: strings.followedTooltip });
    return badges;
  };

  return {
    element: element('header.turn-head', ...parts),
    render: (state: TurnState): void => {
      const model = state.model || answer.model || (answer.exchange && answer.isLatest ? context.model() : '');
      setText(modelText, model);
      // The style sheet cuts off a long model name, so that the head keeps its height. The tooltip contains the
      // complete name.
      modelText.title = model;
      if (answer.isCompared) {
        const gateway = state.gateway?.label ?? '';
        setText(gatewayText, gateway);
        gatewayText.title = gateway;
        setStoppable(!answer.isQueued && isRunning(state.phase));
      }
      const badges = badgesOf(state);
      if (badges.map(({ text }) => text).join('') !== badgeList.textContent)
        badgeList.replaceChildren(...badges.map(createBadge));
    },
  };
}

interface Badge {
  readonly text: string;
  readonly icon?: Icon;
  readonly title?: string;
}

function createBadge({ text, icon, title }: Badge): HTMLElement {
  return element('span.badge', title && { title }, icon && svgIcon(icon), text);
}
