import type { Localize } from '../engine';
import type { FailedEvent, FaultAction, FaultKind } from '../events';

interface HostFault {
  readonly kind: FaultKind;
  /** English sentence and key of its translations. */
  readonly message: string;
  readonly actions: readonly FaultAction[];
}

/**
 * Faults that neither the network nor the gateway causes. They are rows of the fault table, but kept in a file of their
 * own: code that runs at startup needs them and must not load the whole table.
 */
export const hostFaults = {
  keyring: {
    kind: 'keyring',
    message: "Can't read the API key from the system keyring. Unlock it, or set the key again.",
    actions: ['retryNow', 'setApiKey', 'showLog'],
  },
  internal: {
    kind: 'internal',
    message: 'Internal error in HolySheep Prompt. See the log for details.',
    actions: ['showLog', 'exportDiagnostics', 'retryNow'],
  },
} as const satisfies Record<string, HostFault>;

/**
 * Returns the event that ends a turn after a host fault.
 * @param text the partial answer, which the user can continue
 */
export function hostFailure(
  fault: keyof typeof hostFaults,
  text: string,
  localize: Localize,
): Omit<FailedEvent, 'at' | 'attempt'> {
  const { kind, message, actions } = hostFaults[fault];
  const rest: readonly FaultAction[] = text === '' ? [] : ['continue', 'restart'];
  return {
    type: 'failed',
    kind,
    status: undefined,
    requestId: undefined,
    message: localizedOr(message, localize),
    text,
    actions: [...actions, ...rest],
  };
}

/** Falls back to English, because the translation itself may have failed and the turn must still end. */
function localizedOr(message: string, localize: Localize): string {
  try {
    return localize(message);
  } catch {
    return message;
  }
}
