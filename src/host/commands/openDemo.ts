import type { Conversations } from '../conversation/conversations';
import { demoConversation } from '../demo/demoConversation';
import type { DemoLife } from '../demo/demoLife';
import type { DemoMode } from '../demo/demoMode';
import type { DemoTour } from '../demo/demoTour';
import type { ConversationPanels } from '../panel/conversationPanels';
import type { Command } from './command';

export interface OpenDemoDeps {
  readonly demo: Pick<DemoMode, 'active' | 'enter'>;
  readonly life: Pick<DemoLife, 'opened'>;
  readonly tour: Pick<DemoTour, 'ask'>;
  readonly conversations: Pick<Conversations, 'current' | 'startNew'>;
  readonly panels: Pick<ConversationPanels, 'show'>;
}

/**
 * A conversation of its own, which the demo leads; the one that it leads already, where that is the current one. Optional
 * argument: a scenario, e.g. `demo-rate-limit`, which is asked there at once.
 */
export function openDemoCommand({ demo, life, tour, conversations, panels }: OpenDemoDeps): Command {
  return {
    id: 'holysheep.openDemo',
    async execute(argument) {
      // What is there of an earlier demo stays as it was. A prompt that waits for a key in an empty one is asked there.
      const goesOn = demo.active || (conversations.current?.exchanges().length ?? 0) === 0;
      await demo.enter();
      const conversation = goesOn ? demoConversation(conversations) : conversations.startNew();
      life.opened(conversation);
      panels.show(conversation, { preserveFocus: false });
      if (typeof argument === 'string') tour.ask(conversation, argument);
    },
  };
}
