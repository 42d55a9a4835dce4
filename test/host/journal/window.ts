import { Conversations } from '../../../src/host/conversation/conversations';
import { Journal } from '../../../src/host/journal/journal';
import { storeIn } from '../../support/storeIn';
import { VirtualClock } from '../../support/virtualClock';
import { attempt, done, ScriptedEngine, waitForEvents } from '../conversation/scriptedEngine';
import { dropLocks } from './dropLocks';

export interface Disk {
  readonly folder: string;
  /** The workspace state. */
  readonly memory: Map<string, unknown>;
  limit: number;
  /** The time in epoch milliseconds at which the next windows are opened. */
  epoch: number;
}

/** Opens a window after all previous windows have exited. */
export function nextWindow(disk: Disk): ReturnType<typeof openWindow> {
  dropLocks(disk.folder);
  return openWindow(disk);
}

/** Opens a window with the conversations of a folder. */
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
    resumeSetting: () => 'auto',
    workspaceState: storeIn(memory),
    onEvent: () => undefined,
    onError: (error) => errors.push(error),
  });
  /** Creates a conversation with these prompts and answers. @returns the id of the conversation */
  const talk = async (...turns: readonly (readonly [prompt: string, answer: string])[]): Promise<string> => {
    const conversation = conversations.startNew();
    for (const [prompt, answer] of turns) {
      conversation.ask({ prompt });
      engine.turn.emit(attempt(), done(answer));
      await waitForEvents();
    }
    await journal.flush();
    return conversation.id;
  };
  return { conversations, engine, journal, errors, clock, talk };
}
