import type { DemoModel } from '../../demo/scenarios';
import type { Localize } from '../../engine/environment';
import type { TourAction } from '../../shared/pageMessages';
import type { TourStep, Suggestion } from '../../shared/protocol';
import type { GatewaySets } from '../connection/gatewaySet';
import type { Conversation } from '../conversation/conversation';

interface TourDeps {
  readonly gatewaySets: GatewaySets;
  /** Returns the models of the offline demo, or none while the demo is not active. Each model plays one scenario. */
  readonly models: () => readonly DemoModel[];
  readonly localize: Localize;
}

interface Scenario extends DemoModel {
  readonly description: string;
}

/** The tour of the offline demo, which guides the user through the demo's scenarios, one step at a time. */
export class Tour {
  /** Index of the step that the tour offers next, keyed by the id of the conversation. */
  private readonly nextById = new Map<string, number>();

  constructor(private readonly deps: TourDeps) {}

  /**
   * Returns the scenarios that are not steps of the tour. The page suggests these scenarios in an empty conversation.
   */
  suggestions(): readonly Suggestion[] {
    const { models, localize } = this.deps;
    const scenarioModels = models().filter(({ description }) => description === undefined);
    return scenarioModels.map(({ id, title }) => ({ kind: 'scenario', id, label: localize(title) }));
  }

  /**
   * Returns the step of the tour that the page shows, or undefined for a conversation that does not belong to the
   * offline demo.
   */
  currentStep(conversation: Conversation): TourStep | undefined {
    const { steps } = this;
    const { gatewaySets, localize } = this.deps;
    if (steps.length === 0 || gatewaySets.forPrompt(conversation) !== gatewaySets.demo) return undefined;
    const runningIndex = this.runningIndex(conversation);
    const index = runningIndex >= 0 ? runningIndex : this.nextIndex(conversation);
    const step = steps[index];
    if (!step) return { heading: localize("You've seen everything."), offers: [] };
    const progress = { step: index + 1, steps: steps.length, title: localize(step.title) };
    const skip = { act: 'skip', label: localize('Skip') } as const;
    if (runningIndex >= 0) return { heading: localize('{step} of {steps} · {title}…', progress), offers: [skip] };
    return {
      heading: localize('Next: {title} ({step} of {steps})', progress),
      text: localize(step.description),
      offers: [{ act: 'next', label: localize('Run it') }, skip],
    };
  }

  /** Starts a scenario in a conversation. Does nothing when the offline demo is not active. */
  ask(conversation: Conversation, model: string): void {
    const { gatewaySets, models, localize } = this.deps;
    const scenario = models().find(({ id }) => id === model);
    if (!scenario || gatewaySets.forPrompt(conversation) !== gatewaySets.demo) return;
    // The title is set before the first prompt, so that the history shows that the conversation belongs to the offline
    // demo.
    if (conversation.tree.title === undefined && conversation.tree.firstPrompt === undefined) {
      conversation.rename(localize('Offline demo'));
    }
    // The progress is updated before `ask` is called. `ask` immediately fires a change event, and the listeners read
    // the progress.
    const step = this.steps.findIndex(({ id }) => id === model);
    if (step >= 0) this.nextById.set(conversation.id, step + 1);
    conversation.useSet(gatewaySets.demo);
    conversation.ask({ prompt: localize(scenario.prompt) }, [model]);
  }

  perform(conversation: Conversation, act: TourAction): void {
    const next = this.nextIndex(conversation);
    const step = this.steps[next];
    if (act === 'skip') {
      if (this.runningIndex(conversation) >= 0) conversation.stop();
      else this.nextById.set(conversation.id, next + 1);
    } else if (step) this.ask(conversation, step.id);
  }

  /**
   * Clears the progress of all conversations, so that the tour starts from the beginning when the demo is opened the
   * next time.
   */
  reset(): void {
    this.nextById.clear();
  }

  private get steps(): readonly Scenario[] {
    return this.deps.models().filter((model): model is Scenario => model.description !== undefined);
  }

  /** Returns the index of the running step, or -1. Each step has its own model, so the model identifies the step. */
  private runningIndex({ activeAnswer }: Conversation): number {
    return this.steps.findIndex(({ id }) => id === activeAnswer?.model);
  }

  private nextIndex({ id }: Conversation): number {
    return this.nextById.get(id) ?? 0;
  }
}
