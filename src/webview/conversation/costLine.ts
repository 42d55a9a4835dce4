import { describeTotalCost } from '../../shared/describeCost';
import type { TotalCost } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import { button, element, setText } from '../util/element';

/**
 * Creates the line above the conversation that shows what all answers together cost, as a button that opens the usage.
 * The line is hidden until an answer has a cost.
 */
export function createCostLine(context: PageContext) {
  const link = button('', 'quiet', () => context.post({ type: 'openUsage' }));
  const line = element('div', { class: 'cost-line', hidden: '' }, element('p', {}, link));
  return {
    element: line,
    update: (total: TotalCost): void => {
      const description = describeTotalCost(context, total);
      line.hidden = description === undefined;
      setText(link, description ?? '');
      // A narrow panel cuts off the end of the line, so the tooltip contains the complete text.
      link.title = `${description ?? ''}\n${context.strings.conversationCostDetails}`;
    },
  };
}
