import type { StreamEvent } from '../../../src/engine/events/events';
import { gatewayFor, readKeys } from '../../../src/engine/gateway/gateway';
import type { Conversation } from '../../../src/host/conversation/conversation';
import { Scheduler } from '../../../src/host/schedule/scheduler';
import { ScheduleStore } from '../../../src/host/schedule/scheduleStore';
import { settle } from '../../support/virtualClock';
import { attempt, failed, waitForEvents, waiting } from '../../support/host/scriptedEngine';
import { openWindow, type Disk } from '../../support/host/conversationWindow';
import { gatewaysFrom, type DescribedGateway } from '../../support/testGateways';

export interface SharedDisk extends Disk {
  /** Folder of the scheduled prompts. */
  readonly scheduled: string;
}

export const baseUrl = 'https://own.example/v1';

/** Opens a window with a scheduler. The engine sends no requests: each turn that it starts counts as one request. */
export function openScheduledWindow(
  disk: SharedDisk,
  { workspace = 'file:///home/me/app', random = 0, isReachable = true } = {},
) {
  const window = openWindow({ ...disk, memory: new Map() });
  const { clock, conversations, engine, budget } = window;
  const notices: string[] = [];
  const problems: string[] = [];
  const probes: string[] = [];
  const network: {
    isReachable: boolean;
    origin: string;
    lists?: DescribedGateway['lists'];
    backups?: readonly DescribedGateway[];
  } = {
    isReachable,
    origin: 'https://own.example',
  };
  const store = new ScheduleStore(disk.scheduled, (problem) => problems.push(problem));
  const keyed = () => {
    const { origin, lists, backups } = network;
    const primary = { baseUrl: `${origin}/v1`, apiKey: 'hsa-key' };
    return readKeys(gatewaysFrom({ ...primary, ...(lists && { lists }), ...(backups && { backups }) }));
  };
  const scheduler = new Scheduler({
    clock,
    random: () => random,
    store,
    workspace,
    conversations,
    budget,
    gatewayFor: async (model) => gatewayFor({ model, isOfWorkspace: false }, await keyed()),
    respondsAnyGateway: async () => {
      // The probe comes before the request.
      probes.push(`${(await keyed()).primaryGateway.id} after ${engine.turns.length} requests`);
      return network.isReachable;
    },
    expiryMessage: () => 'Expired.',
    summaryTitle: (title) => `Summary of ${title}`,
    onDue: (count) => notices.push(`${count} due`),
    onExpiry: () => notices.push('expired'),
    onError: (error) => window.errors.push(error),
  });
  scheduler.update();

  /** Sends a prompt whose turn ends with the last of these events, or waits. */
  const ask = async (...events: readonly StreamEvent[]): Promise<Conversation> => {
    const conversation = conversations.startNew();
    conversation.ask({ prompt: 'Explain closures\nin detail' });
    engine.turn.emit(...events);
    await waitForEvents();
    return conversation;
  };
  /** Sends a prompt that a limit refuses, and schedules it for the time at which the limit resets. */
  const askLater = async (resetsInMs: number): Promise<Conversation> => {
    const conversation = await ask(attempt(), limitReached(clock.now() + resetsInMs));
    await scheduler.schedule(conversation, lastId(conversation));
    await settle();
    return conversation;
  };
  /** Sends a prompt while the machine is offline, and schedules it for when the network is back. */
  const askWhenOnline = async (): Promise<Conversation> => {
    const conversation = await ask(offline);
    await scheduler.schedule(conversation, lastId(conversation));
    await settle();
    return conversation;
  };
  return { ...window, scheduler, store, notices, problems, probes, network, ask, askLater, askWhenOnline };
}

export const offline: StreamEvent = { ...waiting, type: 'waiting', reason: 'offline' } as StreamEvent;

export const limitReached = (resetsAt: number): StreamEvent => ({
  ...failed(''),
  type: 'failed',
  kind: 'rate-limit',
  status: 429,
  requestId: undefined,
  message: 'Rate limited.',
  text: '',
  actions: ['sendLater', 'switchModel', 'retryNow'],
  resetsAt,
  beyondMaxHint: true,
});

export function lastId(conversation: Conversation): string {
  return conversation.last?.answer.id ?? '';
}

export function phaseOf(conversation: Conversation | undefined): string | undefined {
  return conversation?.last?.answer.state.phase;
}
