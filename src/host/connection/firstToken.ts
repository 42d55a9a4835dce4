import * as vscode from 'vscode';
import type { Engine } from '../../engine/engine';
import type { FaultKind } from '../../engine/events/kinds';
import type { Gateway } from '../../engine/gateway/gateway';
import { faultAdvice } from '../ui/faultAdvice';

export type FirstToken = { readonly ms: number } | { readonly kind: FaultKind; readonly message: string };

/**
 * Prompt of the connection test. It is in English in every display language, because every model understands English.
 */
const prompt = 'Reply with the single word: OK';

/**
 * Token limit for a one-word answer. A model that reasons gets no limit, because its reasoning could reach the limit
 * before the first token of the answer.
 */
const maxTokens = 16;

/**
 * Measures how long a gateway takes to send the first token of an answer. The turn is stopped after this token. It is
 * also stopped before a retry or a switch to a fallback model. Returns undefined if the signal aborts.
 */
export async function requestFirstToken(
  engine: Engine,
  gateway: Gateway,
  model: string,
  signal: AbortSignal,
): Promise<FirstToken | undefined> {
  const turn = engine.stream(
    { model, messages: [{ role: 'user', content: prompt }], defaults: { maxTokens } },
    { signal, gateways: () => Promise.resolve([gateway]) },
  );
  let startedAt = 0;
  for await (const event of turn) {
    switch (event.type) {
      case 'attempt':
        startedAt = event.at;
        break;
      case 'text':
      case 'reasoning':
        turn.stop();
        return { ms: Math.round(event.at - startedAt) };
      case 'waiting':
        turn.stop();
        return { kind: event.reason, message: event.message };
      case 'model':
        // The turn is stopped before a fallback model answers. Otherwise, the measured time would be the time of the
        // fallback model.
        turn.stop();
        if (event.reason === 'user') return undefined;
        return { kind: event.reason, message: vscode.l10n.t(faultAdvice[event.reason].cause) };
      case 'failed':
        return event;
      default:
        break;
    }
  }
  return undefined;
}
