import { Conversations } from '../../../src/host/conversation/conversations';
import { Journal } from '../../../src/host/journal/journal';
import { storeIn } from '../../support/storeIn';
import { VirtualClock } from '../../support/virtualClock';
import { attempt, done, ScriptedEngine, settled } from '../conversation/scriptedEngine';
import { dropLocks } from './dropLocks';

export interface Disk {
  readonly folder: string;
  /** What a workspace remembers. */
  readonly memory: Map<string, unknown>;
  limit: number;
  /** Epoch milliseconds of the windows that are opened from now on. */
  epoch: number;
}

/** As `openWindow`, where those before it are gone. */
export function nextWindow(disk: Disk): ReturnType<typeof openWindow> {
  dropLocks(disk.folder);
  return openWindow(disk);
}

/** A window with the conversations of a folder. */
export function openWindow(disk: Disk) {
  const { folder, memory } = disk;
  const clock = new VirtualClock();
  clock.epoch = disk.epoch;
  const engine = new ScriptedEngine();
  const errors: unknown[] = [];
  const onProblem = (problem: unknown): unknown => errors.push(problem);
  const journal = new Journal({ folder, clock, limit: () => disk.limit, onProblem });
  const conversations = new Conversations({
    engine: () => engine,
    clock,
    journal,
    defaults: () => ({ model: 'm', systemPrompt: '', temperature: 1, maxTokens: 1 }),
    connection: () => Promise.resolve({ baseUrl: 'https://own.example/v1', apiKey: 'hsa-own' }),
    resume: () => 'auto',
    memory: storeIn(memory),
    localize: (message) => message,
    onEvent: () => undefined,
    onError: (error) => errors.push(error),
  });
  /** A new conversation with these prompts and their answers. @returns its id */
  const talk = async (...turns: readonly (readonly [prompt: string, answer: string])[]): Promise<string> => {
    const conversation = conversations.startNew();
    for (const [prompt, answer] of turns) {
      conversation.ask({ prompt });
      engine.turn.give(attempt(), done(answer));
      await settled();
    }
    await journal.flush();
    return conversation.id;
  };
  return { conversations, engine, journal, errors, clock, talk };
}
