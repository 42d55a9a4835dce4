import type { ConnectionView } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, setText, svgIcon } from '../util/element';
import { fill } from '../../shared/format';

/**
 * Creates the button with the selected model, and with its gateway if only a backup gateway offers the model. A badge says
 * that prompts do not go to the base URL for another reason.
 */
export function createModelChoice({ strings, post, focusComposer }: PageContext, onChoose: () => void) {
  const nameText = element('span', { class: 'model-name' });
  const gatewayText = element('span', { class: 'model-gateway' });
  const trigger = button([nameText, gatewayText, svgIcon('chevronDown')], 'quiet model-button', onChoose);
  const badge = element('span', { class: 'gateway-badge' });
  badge.hidden = true;
  const switchBack = (): void => {
    post({ type: 'switchBack' });
    focusComposer();
  };
  return {
    element: trigger,
    badge,
    setConnection: ({ model, set, host, gateway, backup }: ConnectionView): void => {
      const modelAtGateway = fill(strings.modelAtGateway, model, gateway ?? host);
      setText(nameText, model);
      const place = gateway === undefined ? '' : ` · ${gateway}`;
      setText(gatewayText, place);
      gatewayText.hidden = gateway === undefined;
      trigger.title = withKeys(modelAtGateway, '.', { alt: true });
      // The name contains the visible text, because users of speech control say what they read.
      const spoken = gateway === undefined ? modelAtGateway : model + place;
      trigger.setAttribute('aria-label', fill(strings.modelButton, spoken));
      badge.hidden = !backup && set === 'own';
      badge.title = backup === 'switched' ? fill(strings.switchBack, host) : host;
      const content = backup ? [svgIcon('arrowSwap'), strings.backupBadge] : [strings.tour];
      badge.replaceChildren(...(backup === 'switched' ? [button(content, 'quiet link-button', switchBack)] : content));
    },
  };
}

/**
 * Returns a tooltip with the keys of a button, as VS Code shows them.
 * @param key pressed together with Ctrl, or with Cmd on macOS
 */
export function withKeys(tooltip: string, key: string, { alt = false } = {}): string {
  const isMac = window.navigator.userAgent.includes('Mac');
  const modifiers = isMac ? `${alt ? '⌥' : ''}⌘` : `Ctrl+${alt ? 'Alt+' : ''}`;
  return `${tooltip} (${modifiers}${key})`;
}
