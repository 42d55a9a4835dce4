import { describeTotalCost } from '../../shared/describeCost';
import type { TotalCost } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, setText } from '../util/element';

/**
 * Creates the line above the conversation. In the side bar, it shows the title, because VS Code shows no title there. It
 * also shows what all answers together cost, as a button that opens the usage. Beside a title, there is only room for the
 * sum. The line is hidden while it is empty.
 */
export function createConversationHeader(context: PageContext) {
  const title = element('p.conversation-title');
  const cost = button('', 'quiet', () => context.post({ type: 'openUsage' }));
  const line = element('div.conversation-header', { hidden: '' }, element('div', title, cost));
  const update = (part: HTMLElement, text: string, tooltip: string): void => {
    setText(part, text);
    // A narrow panel cuts off the end of the text, so the tooltip contains the complete text.
    part.title = tooltip;
    line.hidden = title.textContent === '' && cost.textContent === '';
  };
  return {
    element: line,
    setTitle: (text: string): void => update(title, text, text),
    setCost: (total: TotalCost): void => {
      const description = describeTotalCost(context, total) ?? '';
      const isShort = description !== '' && title.textContent !== '';
      const text = isShort ? context.format.costs(total.costs) : description;
      update(cost, text, `${description}\n${context.strings.conversationCostDetails}`);
      cost.ariaLabel = description;
    },
  };
}
