import type * as vscode from 'vscode';
import type { Commands } from '../commands';
import type { GatewaySets } from '../connection/gatewaySet';
import type { Conversation } from '../conversation/conversation';
import type { Conversations } from '../conversation/conversations';
import type { HostWindow } from '../hostWindow';
import type { PanelLocation } from '../settings/settings';
import type { DemoGateways } from './demoGateways';

interface DemoCommandDeps extends HostWindow {
  readonly demo: DemoGateways;
  readonly gatewaySets: GatewaySets;
  readonly tour: { ask(conversation: Conversation, scenario: string): void; reset(): void };
  readonly conversations: Conversations;
  readonly panels: {
    readonly onDidClose: vscode.Event<unknown>;
    show(conversation: Conversation, options?: { readonly location: PanelLocation }): void;
    locationOf(id: string): PanelLocation | undefined;
    isAnyOpen(predicate: (conversation: Conversation) => boolean): boolean;
  };
}

export function registerDemo(deps: DemoCommandDeps) {
  const { register, demo, gatewaySets, tour, conversations, panels, onError } = deps;
  register(
    demo.onWillClose(() => {
      conversations.stopAllOf(demo);
      tour.reset();
      // When the demo ends, a new conversation replaces the demo conversation on screen. Otherwise, the next prompt
      // would be added to the demo conversation although it goes to the user's gateway.
      const { current } = conversations;
      const location = current?.set === demo ? panels.locationOf(current.id) : undefined;
      if (location) panels.show(conversations.startNew(), { location });
    }),
  );
  register(
    panels.onDidClose(() => {
      if (demo.staysOpen || !demo.isOpen) return;
      if (!panels.isAnyOpen((conversation) => gatewaySets.forPrompt(conversation) === demo))
        demo.close().catch(onError);
    }),
  );
  /**
   * Starts the offline demo, and shows a conversation of the demo. The current conversation is shown if it belongs to
   * the running demo, otherwise a new conversation.
   * @param argument id of a scenario that is started at once, such as `demo-rate-limit`
   */
  const openDemo = async (argument: unknown): Promise<void> => {
    // A conversation of an earlier demo is not continued. An empty conversation is reused, because its composer can
    // contain a prompt that the user typed before setting an API key.
    const canReuseCurrent = demo.isOpen || conversations.current?.tree.firstPrompt === undefined;
    await demo.open();
    const { current } = conversations;
    const conversation =
      canReuseCurrent && current && gatewaySets.forPrompt(current) === demo ? current : conversations.startNew();
    panels.show(conversation);
    if (typeof argument === 'string') tour.ask(conversation, argument);
  };
  return { 'holysheep.openDemo': openDemo } satisfies Commands;
}
