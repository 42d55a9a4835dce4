import type { DemoModel } from '../../demo/scenarios';
import type { Localize } from '../../engine/environment';
import type { DemoAction } from '../../shared/pageMessages';
import type { DemoTourStep, Suggestion } from '../../shared/protocol';
import { isDemoConversation } from '../connection/demoConversation';
import type { Conversation } from '../conversation/conversation';

type TourConversation = Pick<Conversation, 'id' | 'title' | 'activeExchange' | 'exchanges' | 'ask' | 'rename' | 'stop'>;

interface DemoTourDeps {
  /** Returns the models of the demo, or none while the demo is not active. */
  readonly models: () => readonly DemoModel[];
  readonly localize: Localize;
}

/** How far a conversation has advanced in the demo tour. */
interface TourProgress {
  /** Index of the step that the tour offers next. */
  readonly next: number;
  /** Index of the tour step that was started last. */
  readonly last?: number | undefined;
}

interface TourStep extends DemoModel {
  readonly description: string;
}

/** The tour of the demo. It guides the user through the scenarios, one step at a time. */
export class DemoTour {
  /** The tour progress of each conversation, by the id of the conversation. */
  private readonly progressById = new Map<string, TourProgress>();
  /**
   * Index of the tour step that each exchange belongs to, by the id of the exchange. Each step has its own model, but the
   * model of an exchange does not reveal the step, because a turn may switch to another model.
   */
  private readonly stepByExchange = new Map<string, number>();

  constructor(private readonly deps: DemoTourDeps) {}

  /** Returns all scenarios of the demo, which the page suggests in an empty conversation. */
  suggestions(): readonly Suggestion[] {
    const { models, localize } = this.deps;
    return models().map(({ id, title }) => ({ id, label: localize(title) }));
  }

  /**
   * Returns the step of the tour that the page shows, or undefined for a conversation that does not belong to the demo.
   */
  currentStep(conversation: TourConversation): DemoTourStep | undefined {
    const { steps } = this;
    if (steps.length === 0 || !isDemoConversation(conversation)) return undefined;
    const runningStep = this.stepByExchange.get(conversation.activeExchange?.id ?? '');
    const { next, last } = this.args(conversation);
    const step = steps[runningStep ?? next];
    if (!step) return this.finishedGuide();
    const { localize } = this.deps;
    const progressOf = { step: (runningStep ?? next) + 1, steps: steps.length, title: localize(step.title) };
    return {
      heading: localize('{step} of {steps}: {title}', progressOf),
      text: localize(step.description),
      offers: runningStep === undefined ? this.offers(last !== undefined) : [this.skipOffer],
    };
  }

  /** Starts a scenario in a conversation. Does nothing when the demo is not active. */
  ask(conversation: TourConversation, model: string): void {
    const { models, localize } = this.deps;
    const scenario = models().find(({ id }) => id === model);
    if (!scenario) return;
    // Sets the title before the first prompt, so that the history shows that this conversation belongs to the demo.
    if (conversation.title === undefined && conversation.exchanges().length === 0) {
      conversation.rename(localize('Offline demo'));
    }
    // Updates the progress before calling `ask`, because `ask` immediately fires a change event whose listeners read
    // the progress.
    const step = this.steps.findIndex(({ id }) => id === model);
    if (step >= 0) this.progressById.set(conversation.id, { next: step + 1, last: step });
    const { id } = conversation.ask({ prompt: localize(scenario.prompt), model, demo: true });
    if (step >= 0) this.stepByExchange.set(id, step);
  }

  /** Performs an action that the user has chosen in the tour. */
  perform(conversation: TourConversation, act: DemoAction): void {
    const { steps } = this;
    const { next, last } = this.args(conversation);
    switch (act) {
      case 'next':
        return this.askStep(conversation, steps[next]);
      case 'repeat':
        return this.askStep(conversation, steps[last ?? next]);
      case 'skip':
        if (this.stepByExchange.has(conversation.activeExchange?.id ?? '')) conversation.stop();
        else this.progressById.set(conversation.id, { next: next + 1, last });
        return;
      case 'again':
        this.progressById.delete(conversation.id);
        return;
    }
  }

  /** Clears the progress of all conversations, so that the next demo starts from the beginning. */
  reset(): void {
    this.progressById.clear();
    this.stepByExchange.clear();
  }

  private get steps(): readonly TourStep[] {
    return this.deps.models().filter((model): model is TourStep => model.description !== undefined);
  }

  private args({ id }: TourConversation): TourProgress {
    return this.progressById.get(id) ?? { next: 0 };
  }

  private askStep(conversation: TourConversation, step: TourStep | undefined): void {
    if (step) this.ask(conversation, step.id);
  }

  private get skipOffer() {
    return { act: 'skip', label: this.deps.localize('Skip') } as const;
  }

  private offers(hasStarted: boolean): DemoTourStep['offers'] {
    const { localize } = this.deps;
    if (!hasStarted) return [{ act: 'next', label: localize('Start') }, this.skipOffer];
    const next = { act: 'next', label: localize('Next step') } as const;
    return [next, { act: 'repeat', label: localize('Repeat the last step') }, this.skipOffer];
  }

  private finishedGuide(): DemoTourStep {
    const { localize } = this.deps;
    return {
      heading: localize("You've finished the tour."),
      text: localize('Ask anything, or leave the demo.'),
      offers: [{ act: 'again', label: localize('Start over') }],
    };
  }
}
