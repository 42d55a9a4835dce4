/** What the history commands do; loaded when the first of them is used. */
import type { HistoryDeps } from './historyDeps';
import { HistoryPicker } from './historyPicker';

export { deleteConversation } from './deleteConversation';
export { exportConversation } from './exportConversation';
export { renameConversation } from './renameConversation';

export function openHistory(deps: HistoryDeps): void {
  new HistoryPicker(deps).show();
}
