import type { ConnectionView } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, setText, svgIcon } from '../util/element';
import { fillTemplate } from '../../shared/format';

/**
 * Creates the button that shows the models that answer the next prompt: the models that the user has chosen for this
 * prompt, or the selected model. If only a backup gateway offers the selected model, the button also shows that
 * gateway. If prompts go to a backup gateway for another reason, or to the offline demo, a badge beside the button
 * shows this.
 */
export function createModelChoice({ strings, post, focusComposer }: PageContext, onChoose: () => void) {
  const nameText = element('span.model-name');
  const gatewayText = element('span.model-gateway');
  const trigger = button([nameText, gatewayText, svgIcon('chevronDown')], 'quiet model-button', onChoose);
  const badge = element('span.gateway-badge');
  badge.hidden = true;
  const switchBack = (): void => {
    post({ type: 'useGateway' });
    focusComposer();
  };
  let connection: ConnectionView | undefined;
  let chosenModels = '';
  const showModels = (): void => {
    if (!connection) return;
    const { model: selected, host, gateway } = connection;
    const models = chosenModels || selected;
    const description = chosenModels || fillTemplate(strings.modelAtGateway, selected, gateway ?? host);
    setText(nameText, models);
    const suffix = gateway === undefined || chosenModels ? '' : ` · ${gateway}`;
    setText(gatewayText, suffix);
    gatewayText.hidden = suffix === '';
    trigger.title = withKeys(strings, description, '.', { alt: true });
    // The accessible name of the button contains the visible text, because users of speech control say what they see.
    const spoken = suffix === '' ? description : models + suffix;
    trigger.setAttribute('aria-label', fillTemplate(strings.modelButton, spoken));
  };
  return {
    element: trigger,
    badge,
    /** @param models models that the user has chosen for the draft; if the list is empty, the selected model answers */
    setChosen: (models: readonly string[]): void => {
      chosenModels = models.join(' · ');
      showModels();
    },
    setConnection: (next: ConnectionView): void => {
      connection = next;
      showModels();
      const { set, host, backup } = next;
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
export function withKeys(strings: PageContext['strings'], tooltip: string, key: string, { alt = false } = {}): string {
  const isMac = window.navigator.userAgent.includes('Mac');
  const modifiers = isMac ? `${alt ? '⌥' : ''}⌘` : `Ctrl+${alt ? 'Alt+' : ''}`;
  return fillTemplate(strings.captionWithDetail, tooltip, modifiers + key);
}
