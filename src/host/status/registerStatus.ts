import * as vscode from 'vscode';
import type { ModelCooldown } from '../../engine/gate/gatewayState';
import type { HostWindow } from '../hostWindow';
import type { GatewaySets } from '../connection/gatewaySet';
import type { Conversations } from '../conversation/conversations';
import type { PanelRegistry } from '../panel/panelRegistry';
import type { Scheduler } from '../schedule/scheduler';
import { systemClock } from '../util/systemClock';
import { setTurnContext } from './activity';
import { StatusBar } from './statusBar';
import { registerTurnNotices } from './turnNotices';
import { UnseenFailures } from './unseenFailures';

interface StatusDeps extends HostWindow {
  readonly gatewaySets: GatewaySets;
  readonly conversations: Conversations;
  readonly schedule: Scheduler;
  readonly panels: PanelRegistry;
}

/** Shows the activity of turns in the status bar and in notifications, and updates the context keys. */
export function registerStatus(deps: StatusDeps): void {
  const { register, conversations, gatewaySets, schedule, panels, log, setContext, onError } = deps;
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
  register(schedule.onDidChange(() => statusBar.refresh()));
  register(failures.onDidChange(() => statusBar.refresh()));
  register(
    gatewaySets.subscribe((view) => {
      cooldown = view.cooldown;
      statusBar.refresh();
    }),
  );
  register(
    conversations.onDidChange(() => {
      setTurnContext(conversations, setContext);
      statusBar.refresh();
    }),
  );
  register(registerTurnNotices({ conversations, panels, log }));
}
