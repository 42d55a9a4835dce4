import type { Clock } from '../../../src/engine/clock';
import { Conversations } from '../../../src/host/conversation/conversations';
import { Journal } from '../../../src/host/journal/journal';
import { storeIn } from '../storeIn';
import { VirtualClock } from '../virtualClock';
import { attempt, done, ScriptedEngine, waitForEvents } from './scriptedEngine';
import { dropLocks } from './dropLocks';
import { fakeSets } from './fakeSets';
import { TestBudget } from './testBudget';

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

/** Creates the conversations of a window, with an engine that the test controls. */
export function createConversations(disk: Omit<Disk, 'epoch'>, clock: Clock) {
  const engine = new ScriptedEngine();
  const budget = new TestBudget();
  const errors: unknown[] = [];
  const onError = (problem: unknown): void => void errors.push(problem);
  const keptIds = () => Promise.resolve(new Set<string>());
  const journal = new Journal({ folder: disk.folder, clock, limit: () => disk.limit, keptIds, onProblem: onError });
  const { gatewaySets, demo } = fakeSets({
    run: (...turn) => engine.run(...turn),
    defaults: ({ model = 'm' } = {}) => ({ model, systemPrompt: '', temperature: 1, maxTokens: 1 }),
  });
  const conversations = new Conversations({
    gatewaySets,
    clock,
    journal,
    resumeSetting: () => 'auto',
    budget,
    workspaceState: storeIn(disk.memory),
    onEvent: () => undefined,
    onError,
  });
  return { conversations, gatewaySets, demo, engine, journal, errors, budget };
}

/** Opens a window with the conversations of a folder. */
export function openWindow(disk: Disk) {
  const clock = new VirtualClock();
  clock.epoch = disk.epoch;
  const { conversations, gatewaySets, demo, engine, journal, errors, budget } = createConversations(disk, clock);
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
  return { conversations, gatewaySets, demo, engine, journal, errors, budget, clock, talk };
}
