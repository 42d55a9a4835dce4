import type { Localize } from '../environment';
import type { FailedEvent } from '../events/events';
import type { FaultAction, FaultKind } from '../events/kinds';

interface HostFault {
  readonly kind: FaultKind;
  readonly message: string;
  readonly actions: readonly FaultAction[];
}

/**
 * Faults that neither the network nor the gateway causes. They have a separate file, because code that runs at startup
 * needs them and must not load the complete fault table.
 */
export const hostFaults = {
  keyring: {
    kind: 'keyring',
    message: "Can't read the API key from the system keyring. Unlock it, or set the key again.",
    actions: ['retryNow', 'setApiKey', 'showLog'],
  },
  spendingLimit: {
    kind: 'spending-limit',
    message:
      "Today's budget is used up, so nothing was sent. Agree to exceed it in HolySheep Prompt, or raise holysheep.budget.",
    actions: ['retryNow'],
  },
  internal: {
    kind: 'internal',
    message: 'Internal error in HolySheep Prompt. See the log for details.',
    actions: ['retryNow', 'showLog', 'exportDiagnostics'],
  },
} as const satisfies Record<string, HostFault>;

/**
 * Returns the `failed` event for a fault that neither the network nor the gateway caused.
 * @param text the partial answer, which the user can continue
 */
export function hostFailure(
  fault: keyof typeof hostFaults,
  text: string,
  localize: Localize,
): Omit<FailedEvent, 'at' | 'attempt'> {
  const { kind, message, actions } = hostFaults[fault];
  const partialAnswerActions: readonly FaultAction[] = text === '' ? [] : ['continue', 'restart'];
  return {
    type: 'failed',
    kind,
    message: localizeSafely(message, localize),
    text,
    actions: [...partialAnswerActions, ...actions],
  };
}

/** Returns the translated message, or the English message if the translation throws, so that the turn can still end. */
function localizeSafely(message: string, localize: Localize): string {
  try {
    return localize(message);
  } catch {
    return message;
  }
}
