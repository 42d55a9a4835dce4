import type { StreamEvent } from '../../src/engine/events/events';
import type { ShownExchange } from '../../src/shared/exchanges';
import { initialTurn, reduceTurn, type ToWebview } from '../../src/shared/protocol';
import { markdownOf } from './page/documents';
import { refOf } from '../support/gatewayRef';

const origin = 'https://gateway.test';
const model = 'claude-sonnet-4';
/** Length of a token, in characters. */
const tokenLength = 4;

/** Returns the messages that the host sends to a page that has posted `ready`. */
export function snapshot(turns: readonly ShownExchange[]): ToWebview {
  return {
    type: 'snapshot',
    conversationId: 'measured',
    items: turns,
    connection: { model, host: 'api.holysheep.ai', hasKey: true, set: 'own' },
    suggestions: [],
    promptHistory: [],
    context: [],
  };
}

/** Returns exchanges with finished turns. @param characters length of each answer, in characters */
export function earlierTurns(count: number, characters: number): readonly ShownExchange[] {
  const text = markdownOf('mixed', characters);
  const state = [beginning(), textEvent(text), ending(text)].reduce(reduceTurn, initialTurn);
  return Array.from({ length: count }, (_, index) => newTurn(`turn-${index}`, state));
}

/** Returns an exchange with one answer, which has the given id. */
function newTurn(id: string, state = initialTurn): ShownExchange {
  const prompt = 'What does the scheduler do while the gateway waits?';
  return {
    id: `exchange-${id}`,
    prompt,
    attachments: [],
    images: [],
    answers: [{ id, state, isQueued: false }],
    set: 'own',
    selected: id,
    versions: [id],
  };
}

/**
 * Returns a prompt and the messages with its answer, one for each frame.
 * @param characters length of the complete answer, in characters
 * @param perMessage characters per message
 */
export function answerMessages(characters: number, perMessage: number): readonly ToWebview[] {
  const text = markdownOf('mixed', characters);
  const batches: (readonly StreamEvent[])[] = [[beginning()]];
  for (let from = 0; from < text.length; from += perMessage) batches.push(tokens(text.slice(from, from + perMessage)));
  batches.push([ending(text)]);
  return [
    { type: 'exchange', exchange: newTurn('last') },
    ...batches.map((events): ToWebview => ({ type: 'events', answerId: 'last', events })),
  ];
}

/**
 * Returns the messages with the answers of a comparison, one list for each token.
 * @param characters length of each answer, in characters
 */
export function comparisonMessages(columns: number, characters: number): readonly (readonly ToWebview[])[] {
  const text = markdownOf('mixed', characters);
  const answers = Array.from({ length: columns }, (_, index) => ({
    id: `column-${index}`,
    model: `model-${index}`,
    state: initialTurn,
    isQueued: false,
  }));
  const batches = [[beginning()], ...tokens(text).map((token) => [token]), [ending(text)]];
  return [
    [{ type: 'path', items: [{ ...newTurn('column-0'), answers }] }],
    ...batches.map((events) => answers.map(({ id }): ToWebview => ({ type: 'events', answerId: id, events }))),
  ];
}

function tokens(text: string): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  for (let from = 0; from < text.length; from += tokenLength) {
    events.push(textEvent(text.slice(from, from + tokenLength)));
  }
  return events;
}

/** Starts now, because the page reports an answer that has received no text for seconds, and then draws all of it. */
function beginning(): StreamEvent {
  return { type: 'attempt', gateway: refOf(origin), attempt: 1, at: 1000, model, why: 'first', time: Date.now() };
}

function textEvent(text: string): StreamEvent {
  return { type: 'text', attempt: 1, at: 2000, text };
}

function ending(text: string): StreamEvent {
  return { type: 'done', attempt: 1, at: 3000, finishReason: 'stop', attempts: 1, text, waitedMs: 0 };
}
