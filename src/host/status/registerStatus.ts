import * as vscode from 'vscode';
import type { ModelCooldown } from '../../engine/gate/gatewayState';
import type { HostWindow } from '../hostWindow';
import type { createHostEngine } from '../engine/hostEngine';
import type { GatewayServices } from '../connection/userGateways';
import type { Conversations } from '../conversation/conversations';
import type { PanelRegistry } from '../panel/panelRegistry';
import type { Scheduler } from '../schedule/scheduler';
import { systemClock } from '../util/systemClock';
import { setTurnContext } from './activity';
import { StatusBar } from './statusBar';
import { registerTurnNotices } from './turnNotices';
import { UnseenFailures } from './unseenFailures';

type HostEngine = ReturnType<typeof createHostEngine>;

interface StatusDeps extends HostWindow, GatewayServices {
  readonly conversations: Conversations;
  readonly engine: HostEngine;
  readonly schedule: Scheduler;
  readonly panels: PanelRegistry;
}

/** Shows the activity of turns in the status bar and in notifications, and updates the context keys. */
export function registerStatus(deps: StatusDeps): void {
  const { register, conversations, gatewaySets, engine, schedule, panels, log, setContext, onError } = deps;
  const failures = register(
    new UnseenFailures({ conversations, panels, window: vscode.window, clock: systemClock, onError }),
  );
  let cooldown: ModelCooldown | undefined;
  const statusBar = register(
    new StatusBar(gatewaySets, () => {
      const { runningConversation, runningCount } = conversations;
      const failure = failures.latest();
      return { runningConversation, runningCount, failure, cooldown, scheduled: schedule.count() };
    }),
  );
  let reads = 0;
  const readCooldown = (): void => {
    const read = ++reads;
    cooldownOfSelectedModel(deps).then((next) => {
      // The cooldown is read asynchronously. A result is ignored if a newer read has started in the meantime.
      if (read !== reads) return;
      cooldown = next;
      statusBar.refresh();
    }, onError);
  };
  register(schedule.onDidChange(() => statusBar.refresh()));
  register(failures.onDidChange(() => statusBar.refresh()));
  register(engine.onDidChangeCooldown(readCooldown));
  register(gatewaySets.onDidChange(readCooldown));
  register(
    conversations.onDidChange(() => {
      setTurnContext(conversations, setContext);
      statusBar.refresh();
    }),
  );
  register(registerTurnNotices({ conversations, panels, log }));
}

async function cooldownOfSelectedModel({
  gatewaySets,
  userGateways,
  engine,
}: GatewayServices): Promise<ModelCooldown | undefined> {
  const model = gatewaySets.current.model();
  const gateway = await userGateways.gatewayFor(model).catch(() => undefined);
  const key = await gateway?.key();
  if (!gateway || !key) return undefined;
  return engine.cooldownOf({ gateway: gateway.id, key: key.value, model });
}
