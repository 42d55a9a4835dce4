import type { Engine } from '../../engine/engine';
import type { ModelCooldown } from '../../engine/gate/networkState';
import type { Command } from '../commands';
import type { Connections } from '../connection/connections';
import type { Conversation } from '../conversation/conversation';
import type { Services } from '../services';
import { systemClock } from '../util/systemClock';
import { activityOf, DistinctActivity, withPause } from './activity';
import { ContextKeys } from './contextKeys';
import { PauseWatch } from './cooldownWatcher';
import { showTurnNotice } from './showTurnNotice';
import { StatusBar } from './statusBar';
import { TurnNotices } from './turnNotices';

/** Shows outside the panels what the turns do: in the status bar, in notifications, and in which commands make sense. */
export function registerStatus(services: Services): readonly Command[] {
  registerIndicators(services);
  registerNotices(services);
  return [];
}

function registerIndicators({ own, conversations, connections, engine, setContext, onError }: Services): void {
  const statusBar = own(new StatusBar(connections));
  const contextKeys = new ContextKeys(setContext);
  const activity = new DistinctActivity((shown) => statusBar.update(shown));
  let cooldown: ModelCooldown | undefined;
  const show = (): void => activity.update(withPause(activityOf(conversations), cooldown));
  const watcher = own(
    new PauseWatch({
      clock: systemClock,
      pause: () => cooldownOfPresentModel(connections, engine),
      show: (present) => {
        cooldown = present;
        show();
      },
      onError,
    }),
  );
  own(engine.onDidChangeCooldown(() => watcher.look()));
  own(connections.onDidChange(() => watcher.look()));
  own(
    conversations.onDidChange(() => {
      contextKeys.update(conversations);
      show();
    }),
  );
}

async function cooldownOfPresentModel(connections: Connections, engine: Engine): Promise<ModelCooldown | undefined> {
  const connection = await connections.usable();
  if (connection?.apiKey === undefined) return undefined;
  const { origin, apiKey } = connection;
  return engine.cooldownOf({ origin, apiKey, model: connections.model() });
}

/** Notifies of turns whose panel is not in view, but not of the turns of other extensions and of VS Code's own chat. */
function registerNotices({ own, conversations, panels, log }: Services): void {
  const reveal = async (id: string): Promise<void> => {
    const conversation = await conversations.open(id);
    if (conversation) panels.show(conversation, { preserveFocus: false });
  };
  const notices = new TurnNotices<Conversation>({
    isVisible: (id) => panels.isVisible(id),
    show: (...notice) => showTurnNotice({ conversations, log, reveal }, ...notice),
  });
  own(conversations.onDidChange(({ conversation, change }) => notices.take(conversation, change)));
}
