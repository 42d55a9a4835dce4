import assert from 'node:assert/strict';
import type { RunningTurn } from '../../../src/engine/engine';
import { isTerminal, type StreamEvent, type TerminalEvent } from '../../../src/engine/events/events';
import type { WireFixture } from './wireFixture';

/** Limit for a turn, in real milliseconds. A turn that takes longer is stuck. */
const turnTimeoutMs = 50_000;

/** A turn over a real connection, with all its events. */
export class WireTurn {
  readonly events: StreamEvent[] = [];
  readonly handle: RunningTurn;
  readonly hookErrors: unknown[] = [];
  /** Resolves with the terminal event, or with undefined if there was none. */
  readonly finished: Promise<TerminalEvent | undefined>;
  private readonly textWaiters: { readonly text: string; readonly resolve: () => void }[] = [];

  constructor(private readonly fixture: WireFixture) {
    this.handle = fixture.engine.stream({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'Where do sheep graze?' }],
      temperature: 0.7,
      maxTokens: 100,
      ...fixture.scenario.request,
    });
    this.finished = this.collect();
  }

  /** Whether the last event is a `waiting` event. */
  get isWaiting(): boolean {
    return this.events.at(-1)?.type === 'waiting';
  }

  get terminal(): TerminalEvent | undefined {
    return this.events.find(isTerminal);
  }

  /** The text of the answer that the user sees. */
  get visibleText(): string {
    return this.events.reduce(
      (text, event) => (event.type === 'text' ? text + event.text : event.type === 'replaced' ? event.text : text),
      '',
    );
  }

  eventsOf<T extends StreamEvent['type']>(type: T): (StreamEvent & { type: T })[] {
    return this.events.filter((event): event is StreamEvent & { type: T } => event.type === type);
  }

  lastEvent<T extends StreamEvent['type']>(type: T): StreamEvent & { type: T } {
    const event = this.eventsOf(type).at(-1);
    assert.ok(event, `there was no ${type} event`);
    return event;
  }

  /** Resolves once `text` has arrived in the answer, the reasoning or a tool call. */
  untilText(text: string): Promise<void> {
    return new Promise((resolve) => {
      this.textWaiters.push({ text, resolve });
      this.resolveWaiters();
    });
  }

  private async collect(): Promise<TerminalEvent | undefined> {
    const timeout = setTimeout(() => this.giveUp(), turnTimeoutMs);
    for await (const event of this.handle) {
      this.fixture.clock.recordActivity();
      this.events.push(event);
      this.resolveWaiters();
      if (this.fixture.turn === this) await this.runHook(event);
    }
    clearTimeout(timeout);
    return this.terminal;
  }

  /** Runs the `onEvent` hook of the scenario. Records its errors, so that the events are still read to the end. */
  private async runHook(event: StreamEvent): Promise<void> {
    const { clock, scenario } = this.fixture;
    const release = clock.hold();
    try {
      await scenario.onEvent?.(event, this.fixture);
    } catch (error) {
      this.hookErrors.push(error);
    }
    release();
  }

  private giveUp(): void {
    this.fixture.log.push('the turn is stuck');
    this.handle.stop();
  }

  private resolveWaiters(): void {
    if (this.textWaiters.length === 0) return;
    const received = this.events
      .flatMap((event) =>
        event.type === 'text' || event.type === 'reasoning'
          ? event.text
          : event.type === 'tool-call'
            ? event.arguments
            : [],
      )
      .join('');
    for (const { text, resolve } of this.textWaiters) if (received.includes(text)) resolve();
  }
}
