import type { Conversations } from '../conversation/conversations';
import type { DemoMode } from './demoMode';
import { isOfDemo, type DemoTour } from './demoTour';
import type { ConversationPanels } from '../panel/conversationPanels';
import type { Command } from '../command';

export interface OpenDemoDeps {
  readonly demo: Pick<DemoMode, 'active' | 'enter'>;
  readonly tour: Pick<DemoTour, 'ask'>;
  readonly conversations: Pick<Conversations, 'current' | 'startNew'>;
  readonly panels: Pick<ConversationPanels, 'show'>;
}

/**
 * Shows the current conversation if the running demo leads it, otherwise a new one. Optional argument: a scenario, e.g.
 * `demo-rate-limit`, which is asked at once.
 */
export function openDemoCommand({ demo, tour, conversations, panels }: OpenDemoDeps): Command {
  return {
    id: 'holysheep.openDemo',
    async execute(argument) {
      // A conversation of an earlier demo stays as it was. An empty one may hold a prompt that waits for a key.
      const mayStay = demo.active || (conversations.current?.exchanges().length ?? 0) === 0;
      await demo.enter();
      const { current } = conversations;
      const conversation = mayStay && current && isOfDemo(current) ? current : conversations.startNew();
      panels.show(conversation, { preserveFocus: false });
      if (typeof argument === 'string') tour.ask(conversation, argument);
    },
  };
}
