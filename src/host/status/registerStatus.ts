import type { Engine } from '../../engine/engine';
import type { ModelCooldown } from '../../engine/gate/networkState';
import type { Command } from '../commands';
import type { Connections } from '../connection/connections';
import type { Services } from '../services';
import { systemClock } from '../util/systemClock';
import { activityOf, DistinctActivity, withCooldown, ContextKeys, withScheduled } from './activity';
import { CooldownWatcher } from './cooldownWatcher';
import { StatusBar } from './statusBar';
import { registerTurnNotices } from './turnNotices';

/** Shows the activity of the turns in the status bar and in notifications, and keeps the context keys up to date. */
export function registerStatus(services: Services): readonly Command[] {
  registerIndicators(services);
  const { register, conversations, panels, log } = services;
  register(registerTurnNotices({ conversations, panels, log }));
  return [];
}

function registerIndicators(services: Services): void {
  const { register, conversations, connections, engine, schedule, setContext, onError } = services;
  const statusBar = register(new StatusBar(connections));
  const contextKeys = new ContextKeys(setContext);
  const activity = new DistinctActivity((changed) => statusBar.update(changed));
  let cooldown: ModelCooldown | undefined;
  const show = (): void =>
    activity.update(withScheduled(withCooldown(activityOf(conversations), cooldown), schedule.count()));
  const watcher = register(
    new CooldownWatcher({
      clock: systemClock,
      cooldown: () => cooldownOfSelectedModel(connections, engine),
      show: (current) => {
        cooldown = current;
        show();
      },
      onError,
    }),
  );
  register(schedule.onDidChange(show));
  register(engine.onDidChangeCooldown(() => watcher.update()));
  register(connections.onDidChange(() => watcher.update()));
  register(
    conversations.onDidChange(() => {
      contextKeys.update(conversations);
      show();
    }),
  );
}

async function cooldownOfSelectedModel(connections: Connections, engine: Engine): Promise<ModelCooldown | undefined> {
  const connection = await connections.connectionFor().catch(() => undefined);
  if (connection?.apiKey === undefined) return undefined;
  const { origin, apiKey } = connection;
  return engine.cooldownOf({ origin, apiKey, model: connections.model() });
}
