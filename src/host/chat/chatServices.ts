import type { StreamEvent } from '../../engine/events/events';
import type { EditorTarget } from '../code/editorTarget';
import type { ModelEfforts } from '../connection/modelEfforts';
import type { GatewayServices } from '../connection/userGateways';
import type { BudgetDecisions } from '../health/budget';
import type { HostWindow } from '../hostWindow';
import type { ModelCatalog } from '../models/modelCatalog';

/**
 * Services for the chat participant and the language models. Both use only the user's own gateways, never the offline
 * demo.
 */
export interface ChatServices extends GatewayServices, HostWindow {
  readonly modelsChanged: () => void;
  readonly budget: BudgetDecisions;
  readonly efforts: ModelEfforts;
  readonly catalog: ModelCatalog;
  /**
   * The text editor that was active last. While the user types a prompt, the chat has the focus, so no text editor is
   * active.
   */
  readonly target: EditorTarget;
  readonly logEvent: (conversationId: string, turnId: string, event: StreamEvent) => void;
}
