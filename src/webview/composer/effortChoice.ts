import { effortText } from '../../shared/describeEffort';
import { fill } from '../../shared/format';
import type { ConnectionView, EffortView } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, setText, svgIcon } from '../util/element';
import { createMenu, type MenuItem } from '../util/menu';

/** Shows the reasoning effort of the selected model, and lets the user choose another level. */
export class EffortChoice {
  readonly elements: readonly HTMLElement[];
  private readonly level = element('span', { class: 'effort-level' });
  private readonly trigger: HTMLButtonElement;
  private model = '';
  private effort: EffortView | undefined;

  constructor(private readonly context: PageContext) {
    const { reasoningEffort } = context.strings;
    this.trigger = button([svgIcon('thinking'), this.level], 'quiet effort-button', () => undefined);
    this.trigger.setAttribute('aria-label', reasoningEffort);
    this.trigger.hidden = true;
    this.elements = createMenu(reasoningEffort, () => this.items(), this.trigger);
  }

  setConnection({ model, effort }: ConnectionView): void {
    const { trigger } = this;
    const { strings } = this.context;
    this.model = model;
    this.effort = effort;
    trigger.hidden = !effort;
    if (!effort) return;
    const { caption } = effortText(strings, effort.level, effort);
    setText(this.level, effort.level === 'default' ? '' : caption);
    trigger.title = fill(strings.effortOf, model, caption);
    trigger.setAttribute('aria-description', caption);
  }

  private items(): readonly MenuItem[] {
    const { strings, post, announcer } = this.context;
    const { model, effort } = this;
    if (!effort) return [];
    return effort.levels.map((level) => ({
      ...effortText(strings, level, effort),
      isChecked: level === effort.level,
      choose: () => {
        post({ type: 'selectEffort', model, level });
        announcer.announce(fill(strings.effortOf, model, effortText(strings, level, effort).caption));
      },
    }));
  }
}
