import { visibleText, type TurnState } from '../protocol';
import { element } from './element';
import type { PanelStrings } from './strings';
import { fill } from './strings';
import type { Card } from './waitCard';

/** Characters of a tool's name that are shown. */
const maxNameLength = 200;

/** What the model wants done; nothing here does it. A call whose name has not arrived is not told yet. */
export function createToolCalls(strings: PanelStrings, calls: TurnState['toolCalls']): Card | undefined {
  const lines = calls
    .filter(({ name }) => name !== '')
    .map(({ name }) => element('p', { class: 'tool-call' }, fill(strings.toolCall, visibleText(name, maxNameLength))));
  if (lines.length === 0) return undefined;
  return { element: element('div', { class: 'tool-calls' }, ...lines), dispose: () => undefined };
}
