import type { DemoModel } from '../../demo/scenarios';
import type { Localize, EngineSettings } from '../../engine/engine';
import type { DemoAct, DemoGuide, Suggestion } from '../../shared/protocol';
import type { Conversation } from '../conversation/conversation';

/** The model that is selected when the demo starts, and that answers in place of an overloaded one. */
export const steadyModel = 'demo-steady';

/**
 * Settings of every turn of the demo. They are the defaults whatever the user has set, so that each scenario goes as the
 * tour announces it, with a short idle timeout: nobody wants to watch a stall for a minute.
 */
export const demoSettings: EngineSettings = {
  retry: { maxRetries: 5, baseDelayMs: 1000, maxDelayMs: 60_000, jitter: 'full', maxHintMs: 300_000 },
  fallbackModels: [steadyModel],
  resume: 'auto',
  timeout: { headersMs: null, firstTokenMs: null, idleMs: 6000, silentMs: null },
};

type TourConversation = Pick<Conversation, 'id' | 'title' | 'active' | 'exchanges' | 'ask' | 'rename' | 'stop'>;

interface DemoTourDeps {
  /** None while the demo is not active. */
  readonly models: () => readonly DemoModel[];
  readonly localize: Localize;
}

/** How far a conversation has come. */
interface TourProgress {
  /** Index of the step that is offered. */
  readonly next: number;
  /** The one that was asked last. */
  readonly last?: number | undefined;
}

interface TourStep extends DemoModel {
  readonly watch: string;
}

/** Returns whether a conversation has no exchange that asked the user's own gateway. */
export function isDemoConversation(conversation: Pick<Conversation, 'exchanges'>): boolean {
  return conversation.exchanges().every(({ demo }) => demo === true);
}

/** Leads a conversation with the demo through its scenarios, one after the other, at the person's pace. */
export class DemoTour {
  /** By the id of the conversation. */
  private readonly progressById = new Map<string, TourProgress>();
  /** Which step an exchange is, by its id: its model may be another one by now. */
  private readonly stepByExchange = new Map<string, number>();

  constructor(private readonly deps: DemoTourDeps) {}

  /** What the empty conversation offers: everything the demo can show. */
  suggestions(): readonly Suggestion[] {
    const { models, localize } = this.deps;
    return models().map(({ id, title }) => ({ id, label: localize(title) }));
  }

  /** @returns undefined where the demo is not what this conversation is about. */
  guide(conversation: TourConversation): DemoGuide | undefined {
    const { steps } = this;
    if (steps.length === 0 || !isDemoConversation(conversation)) return undefined;
    const runningStep = this.stepByExchange.get(conversation.active?.id ?? '');
    const { next, last } = this.args(conversation);
    const step = steps[runningStep ?? next];
    if (!step) return this.finishedGuide();
    const { localize } = this.deps;
    const progressOf = { step: (runningStep ?? next) + 1, steps: steps.length, title: localize(step.title) };
    return {
      heading: localize('{step} of {steps}: {title}', progressOf),
      text: localize(step.watch),
      offers: runningStep === undefined ? this.offers(last !== undefined) : [this.skipOffer],
    };
  }

  /** Asks one of the suggestions; nothing happens when the demo is closed by now. */
  ask(conversation: TourConversation, model: string): void {
    const { models, localize } = this.deps;
    const scenario = models().find(({ id }) => id === model);
    if (!scenario) return;
    // Named before the first prompt, so that the history tells it from a real conversation.
    if (conversation.title === undefined && conversation.exchanges().length === 0) {
      conversation.rename(localize('Offline demo'));
    }
    const step = this.steps.findIndex(({ id }) => id === model);
    if (step >= 0) this.progressById.set(conversation.id, { next: step + 1, last: step });
    // Before it starts: it says so at once.
    const { id } = conversation.ask({ prompt: localize(scenario.prompt), model, demo: true });
    if (step >= 0) this.stepByExchange.set(id, step);
  }

  perform(conversation: TourConversation, act: DemoAct): void {
    const { steps } = this;
    const { next, last } = this.args(conversation);
    switch (act) {
      case 'next':
        return this.askStep(conversation, steps[next]);
      case 'repeat':
        return this.askStep(conversation, steps[last ?? next]);
      case 'skip':
        if (this.stepByExchange.has(conversation.active?.id ?? '')) conversation.stop();
        else this.progressById.set(conversation.id, { next: next + 1, last });
        return;
      case 'again':
        this.progressById.delete(conversation.id);
        return;
    }
  }

  /** The demo is closed; the next one starts from the beginning. */
  reset(): void {
    this.progressById.clear();
    this.stepByExchange.clear();
  }

  private get steps(): readonly TourStep[] {
    return this.deps.models().filter((model): model is TourStep => model.watch !== undefined);
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

  private offers(hasStarted: boolean): DemoGuide['offers'] {
    const { localize } = this.deps;
    if (!hasStarted) return [{ act: 'next', label: localize('Start') }, this.skipOffer];
    const next = { act: 'next', label: localize('Next step') } as const;
    return [next, { act: 'repeat', label: localize('Repeat the last step') }, this.skipOffer];
  }

  private finishedGuide(): DemoGuide {
    const { localize } = this.deps;
    return {
      heading: localize("You've finished the tour."),
      text: localize('Ask anything, or leave the demo.'),
      offers: [{ act: 'again', label: localize('Start over') }],
    };
  }
}
