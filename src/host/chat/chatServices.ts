import type { StreamEvent } from '../../engine/events/events';
import type { EditorTarget } from '../code/editorTarget';
import type { ModelEfforts } from '../connection/modelEfforts';
import type { GatewayServices } from '../connection/ownGateways';
import type { BudgetDecisions } from '../health/budget';
import type { HostWindow } from '../hostWindow';
import type { ModelCatalog } from '../models/modelCatalog';

/** What the chat participant and the language models use. Both use only the user's gateways. */
export interface ChatServices extends GatewayServices, HostWindow {
  readonly modelsChanged: () => void;
  readonly budget: BudgetDecisions;
  readonly efforts: ModelEfforts;
  readonly catalog: ModelCatalog;
  /** The last active editor, because the chat has the focus when the user sends a prompt. */
  readonly target: EditorTarget;
  readonly logEvent: (conversationId: string, turnId: string, event: StreamEvent) => void;
}
