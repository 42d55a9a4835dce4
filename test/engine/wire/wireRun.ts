import assert from 'node:assert/strict';
import type { RunningTurn, StreamOptions } from '../../../src/engine/engine';
import { isTerminal, type StreamEvent, type TerminalEvent } from '../../../src/engine/events';
import type { Stage } from './stage';

/** Real milliseconds after which a turn that does nothing is a bug. */
const patienceMs = 50_000;

/** A turn on the wire, with everything it has said. */
export class WireRun {
  readonly events: StreamEvent[] = [];
  readonly turn: RunningTurn;
  readonly troubles: unknown[] = [];
  /** Resolves with the terminal event, or with undefined where none came. */
  readonly over: Promise<TerminalEvent | undefined>;
  private readonly awaited: { readonly text: string; readonly shown: () => void }[] = [];

  constructor(
    private readonly stage: Stage,
    options: StreamOptions,
  ) {
    const { scene, engine } = stage;
    this.turn = engine.stream(
      {
        model: scene.model ?? 'gpt-4o',
        messages: [{ role: 'user', content: 'Where do sheep graze?' }],
        temperature: 0.7,
        maxTokens: 100,
        ...scene.request,
      },
      options,
    );
    this.over = this.collect();
  }

  /** The last it has said is that it waits. */
  get waits(): boolean {
    return this.events.at(-1)?.type === 'waiting';
  }

  get terminal(): TerminalEvent | undefined {
    return this.events.find(isTerminal);
  }

  /** What a reader has on the screen. */
  get shownText(): string {
    return this.events.reduce(
      (text, event) => (event.type === 'text' ? text + event.text : event.type === 'replaced' ? event.text : text),
      '',
    );
  }

  of<T extends StreamEvent['type']>(type: T): (StreamEvent & { type: T })[] {
    return this.events.filter((event): event is StreamEvent & { type: T } => event.type === type);
  }

  last<T extends StreamEvent['type']>(type: T): StreamEvent & { type: T } {
    const event = this.of(type).at(-1);
    assert.ok(event, `there was no ${type} event`);
    return event;
  }

  /** Resolves once `text`, of the answer or of the thinking before it, has arrived. */
  shows(text: string): Promise<void> {
    return new Promise((shown) => {
      this.awaited.push({ text, shown });
      this.announce();
    });
  }

  private async collect(): Promise<TerminalEvent | undefined> {
    const late = setTimeout(() => this.giveUp(), patienceMs);
    for await (const event of this.turn) {
      this.stage.clock.touch();
      this.events.push(event);
      this.announce();
      if (this.stage.run === this) await this.react(event);
    }
    clearTimeout(late);
    return this.terminal;
  }

  /** What goes wrong in a reaction is told by the case, not by a loop that has stopped. */
  private async react(event: StreamEvent): Promise<void> {
    const { clock, scene } = this.stage;
    const release = clock.hold();
    try {
      await scene.on?.(event, this.stage);
    } catch (error) {
      this.troubles.push(error);
    }
    release();
  }

  private giveUp(): void {
    this.stage.log.push('the turn does nothing');
    this.turn.stop();
  }

  private announce(): void {
    const seen = this.events
      .flatMap((event) =>
        event.type === 'text' || event.type === 'reasoning'
          ? event.text
          : event.type === 'tool-call'
            ? event.arguments
            : [],
      )
      .join('');
    for (const { text, shown } of this.awaited) if (seen.includes(text)) shown();
  }
}
