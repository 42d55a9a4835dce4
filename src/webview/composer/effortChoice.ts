import { effortText } from '../../shared/describeEffort';
import { fillTemplate } from '../../shared/format';
import type { ConnectionView, EffortView } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, setText, svgIcon } from '../util/element';
import { createMenu, type MenuItem } from '../util/menu';

/** Creates the button that shows the reasoning effort of the selected model, and its menu with all levels of effort. */
export function createEffortChoice({ strings, post, announcer }: PageContext) {
  let [model, host] = ['', ''];
  let effort: EffortView | undefined;
  const levelText = element('span.effort-level');
  const trigger = button([svgIcon('thinking'), levelText], 'quiet effort-button');
  trigger.setAttribute('aria-label', strings.reasoningEffort);
  trigger.hidden = true;
  const items = (): readonly MenuItem[] => {
    // The menu keeps the model for which it was opened, because another model can be selected while the menu is open.
    const [shownModel, shownEffort] = [model, effort];
    const refused = shownEffort?.sent && { detail: fillTemplate(strings.effortNotAccepted, host) };
    return (shownEffort?.levels ?? []).map((level) => ({
      ...effortText(strings, level, shownEffort),
      ...(level === shownEffort?.level && refused),
      isChecked: level === shownEffort?.level,
      choose: () => {
        post({ type: 'selectEffort', model: shownModel, level });
        announcer.announce(fillTemplate(strings.effortOf, shownModel, effortText(strings, level, shownEffort).caption));
      },
    }));
  };
  return {
    elements: createMenu(strings.reasoningEffort, items, trigger),
    setConnection: (connection: ConnectionView): void => {
      ({ model, host, effort } = connection);
      trigger.hidden = !effort;
      if (!effort) return;
      const captionOf = (level: EffortView['level']): string => effortText(strings, level, effort).caption;
      const sent = effort.sent ? [captionOf(effort.sent)] : [];
      const caption = [captionOf(effort.level), ...sent].join(' → ');
      setText(levelText, effort.level === 'default' ? '' : caption);
      trigger.title = fillTemplate(strings.effortOf, model, caption);
      trigger.setAttribute('aria-description', caption);
    },
  };
}
