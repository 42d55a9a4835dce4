import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Scheduler } from '../../../src/host/schedule/scheduler';
import { ScheduleStore } from '../../../src/host/schedule/scheduleStore';
import { systemClock } from '../../../src/host/util/systemClock';
import { createConversations } from '../host/conversationWindow';
import { gatewayFrom } from '../testGateways';

/** Looks at the index of scheduled prompts more often than every 30 s. */
const impatientClock = {
  ...systemClock,
  callAfter: (ms: number, callback: () => void) => systemClock.callAfter(Math.min(ms, 50), callback),
};

export const onlineFile = 'online';

/**
 * Opens a window with a scheduler on the real disk. The gateway can be reached once the file `online` exists.
 * @param onProbe called with each result of a probe of the gateway
 */
export function openLiveScheduler(root: string, onProbe: (isOnline: boolean) => void = () => undefined) {
  const disk = { folder: join(root, 'conversations'), memory: new Map<string, unknown>(), limit: 10 };
  const window = createConversations(disk, systemClock);
  const scheduler = new Scheduler({
    clock: impatientClock,
    random: () => 0,
    store: new ScheduleStore(join(root, 'scheduled'), () => undefined),
    workspace: 'file:///home/me/app',
    conversations: window.conversations,
    budget: window.budget,
    gatewayFor: () => Promise.resolve(gatewayFrom({ baseUrl: 'https://own.example/v1', apiKey: 'hsa-key' })),
    respondsAnyGateway: () => {
      const isOnline = existsSync(join(root, onlineFile));
      onProbe(isOnline);
      return Promise.resolve(isOnline);
    },
    expiryMessage: () => '',
    summaryTitle: (title) => title,
    onDue: () => undefined,
    onExpiry: () => undefined,
    onError: (error) => window.errors.push(error),
  });
  return { ...window, scheduler };
}
