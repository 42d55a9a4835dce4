import type { HealthTab } from '../../shared/healthMessages';
import { element } from '../util/element';

interface Tab {
  readonly name: HealthTab;
  readonly caption: string;
  readonly content: HTMLElement;
}

/** Creates tabs with the keys of the ARIA pattern: the arrow keys, Home and End select a tab. */
export function createTabs(label: string, onSelect: (name: HealthTab) => void, tabs: readonly Tab[]) {
  const list = element('div.tabs', { role: 'tablist', 'aria-label': label });
  const parts = tabs.map(({ name, caption, content }) => {
    const attributes = { type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': `panel-${name}` };
    const tab = element('button.tab', attributes, caption);
    tab.addEventListener('click', () => onSelect(name));
    const role = { role: 'tabpanel', id: `panel-${name}`, 'aria-labelledby': tab.id, tabindex: '0' };
    return { name, tab, panel: element('div', role, content) };
  });
  list.append(...parts.map(({ tab }) => tab));
  list.addEventListener('keydown', (event) => {
    const current = parts.findIndex(({ tab }) => tab === document.activeElement);
    const last = parts.length - 1;
    const targets: Readonly<Record<string, number>> = {
      ArrowLeft: current === 0 ? last : current - 1,
      ArrowRight: current === last ? 0 : current + 1,
      Home: 0,
      End: last,
    };
    const target = parts[targets[event.key] ?? -1];
    if (!target) return;
    event.preventDefault();
    onSelect(target.name);
    target.tab.focus();
  });
  return {
    list,
    panels: parts.map(({ panel }) => panel),
    select: (selected: HealthTab): void => {
      for (const { name, tab, panel } of parts) {
        const isSelected = name === selected;
        tab.setAttribute('aria-selected', String(isSelected));
        tab.tabIndex = isSelected ? 0 : -1;
        panel.hidden = !isSelected;
      }
    },
  };
}
