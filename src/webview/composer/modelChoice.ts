import type { ConnectionView } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, setText, svgIcon } from '../util/element';
import { fillTemplate } from '../../shared/format';

/**
 * Creates the button that shows the selected model. If only a backup gateway offers the model, the button also shows
 * that gateway. If prompts go to a backup gateway for another reason, or to the offline demo, a badge beside the button
 * shows this.
 */
export function createModelChoice({ strings, post, focusComposer }: PageContext, onChoose: () => void) {
  const nameText = element('span', { class: 'model-name' });
  const gatewayText = element('span', { class: 'model-gateway' });
  const trigger = button([nameText, gatewayText, svgIcon('chevronDown')], 'quiet model-button', onChoose);
  const badge = element('span', { class: 'gateway-badge' });
  badge.hidden = true;
  const switchBack = (): void => {
    post({ type: 'useGateway' });
    focusComposer();
  };
  return {
    element: trigger,
    badge,
    setConnection: ({ model, set, host, gateway, backup }: ConnectionView): void => {
      const modelAtGateway = fillTemplate(strings.modelAtGateway, model, gateway ?? host);
      setText(nameText, model);
      const place = gateway === undefined ? '' : ` · ${gateway}`;
      setText(gatewayText, place);
      gatewayText.hidden = gateway === undefined;
      trigger.title = withKeys(modelAtGateway, '.', { alt: true });
      // The accessible name of the button contains the visible text, because users of speech control say what they see.
      const spoken = gateway === undefined ? modelAtGateway : model + place;
      trigger.setAttribute('aria-label', fillTemplate(strings.modelButton, spoken));
      badge.hidden = !backup && set === 'own';
      badge.title = backup === 'switched' ? fillTemplate(strings.switchBack, host) : host;
      const content = backup ? [svgIcon('arrowSwap'), strings.backupBadge] : [strings.tour];
      badge.replaceChildren(...(backup === 'switched' ? [button(content, 'quiet link-button', switchBack)] : content));
    },
  };
}

/**
 * Returns the tooltip of a button with its keyboard shortcut, written as in VS Code.
 * @param key key that is pressed together with Ctrl, or with Cmd on macOS
 */
export function withKeys(tooltip: string, key: string, { alt = false } = {}): string {
  const isMac = window.navigator.userAgent.includes('Mac');
  const modifiers = isMac ? `${alt ? '⌥' : ''}⌘` : `Ctrl+${alt ? 'Alt+' : ''}`;
  return `${tooltip} (${modifiers}${key})`;
}
