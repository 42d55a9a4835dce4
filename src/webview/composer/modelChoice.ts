import type { ConnectionView } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, setText, svgIcon } from '../util/element';
import { fill } from '../../shared/format';

/**
 * Shows the selected model, with its gateway if only a backup gateway offers it. A badge says that prompts do not go to the
 * base URL for another reason.
 */
export class ModelChoice {
  readonly element: HTMLButtonElement;
  readonly badge = element('span', { class: 'gateway-badge' });
  private readonly name = element('span', { class: 'model-name' });
  private readonly gateway = element('span', { class: 'model-gateway' });

  constructor(
    private readonly context: PageContext,
    onChoose: () => void,
  ) {
    const content = [this.name, this.gateway, svgIcon('chevronDown')];
    this.element = button(content, 'quiet model-button', onChoose);
    this.badge.hidden = true;
  }

  setConnection({ model, set, host, gateway, backup }: ConnectionView): void {
    const { strings } = this.context;
    const modelAtGateway = fill(strings.modelAtGateway, model, gateway ?? host);
    setText(this.name, model);
    const place = gateway === undefined ? '' : ` · ${gateway}`;
    setText(this.gateway, place);
    this.gateway.hidden = gateway === undefined;
    this.element.title = withKeys(modelAtGateway, '.', { alt: true });
    // The name contains the visible text, because users of speech control say what they read.
    const spoken = gateway === undefined ? modelAtGateway : model + place;
    this.element.setAttribute('aria-label', fill(strings.modelButton, spoken));
    this.badge.hidden = !backup && set === 'own';
    this.badge.title = backup === 'switched' ? fill(strings.switchBack, host) : host;
    const content = backup ? [svgIcon('arrowSwap'), strings.backupBadge] : [strings.tour];
    this.badge.replaceChildren(
      ...(backup === 'switched' ? [button(content, 'quiet link-button', () => this.switchBack())] : content),
    );
  }

  private switchBack(): void {
    this.context.post({ type: 'switchBack' });
    this.context.focusComposer();
  }
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
