import type { Command } from '../commands';
import type { Services } from '../services';
import { isDemoConversation } from './demoTour';

export function registerDemo({ own, demo, tour, conversations, panels, onError }: Services): readonly Command[] {
  own(
    demo.onWillLeave(() => {
      conversations.leaveDemo();
      tour.reset();
    }),
  );
  own(
    panels.onDidClose(() => {
      if (demo.staysOpen || !demo.active) return;
      if (!panels.isAnyOpen((conversation) => demo.answers(conversation))) demo.leave().catch(onError);
    }),
  );
  /**
   * Shows the current conversation if the running demo leads it, otherwise a new one.
   * @param argument a scenario, e.g. `demo-rate-limit`, which is asked at once
   */
  const openDemo = async (argument: unknown): Promise<void> => {
    // A conversation of an earlier demo stays as it was. An empty one may hold a prompt that waits for a key.
    const canReuseCurrent = demo.active || (conversations.current?.exchanges().length ?? 0) === 0;
    await demo.enter();
    const { current } = conversations;
    const conversation = canReuseCurrent && current && isDemoConversation(current) ? current : conversations.startNew();
    panels.show(conversation, { preserveFocus: false });
    if (typeof argument === 'string') tour.ask(conversation, argument);
  };
  return [{ id: 'holysheep.openDemo', execute: openDemo }];
}
