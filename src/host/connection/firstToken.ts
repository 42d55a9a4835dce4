import * as vscode from 'vscode';
import type { Engine } from '../../engine/engine';
import type { FaultKind } from '../../engine/events/kinds';
import type { Gateway } from '../../engine/gateway/gateway';
import { faultAdvice } from '../ui/faultAdvice';

export type FirstToken = { readonly ms: number } | { readonly kind: FaultKind; readonly message: string };

/** The prompt is not translated, because every model understands English. */
const prompt = 'Reply with the single word: OK';

/** Enough for one word. A model that reasons gets no limit, because it could reach it before its first token. */
const maxTokens = 16;

/** Stops the turn at its first token, retry or switch to a fallback model. Returns undefined if the signal aborts. */
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
        // Otherwise, the turn would continue with a fallback model, whose first token says nothing about this model.
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
