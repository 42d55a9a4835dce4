import type { Script } from '../../../src/demo/gateway';
import type { EngineSettings } from '../../../src/engine/engine';
import type { StreamEvent } from '../../../src/engine/events';
import type { RowId } from '../../../src/engine/faults/faultTable';
import type { ChatRequest } from '../../../src/engine/request';
import type { Stage } from './stage';

/** A turn on a real connection: what is asked, and what the loopback gateway and the user do. */
export interface Scene {
  /** Replies of the loopback gateway to the first, second … request; those after the last get the last. */
  readonly replies: (stage: Stage) => readonly [Script, ...Script[]];
  /** `gpt-4o` unless said. */
  readonly model?: string;
  /** Fields of the request beyond a simple question. */
  readonly request?: Partial<ChatRequest>;
  readonly settings?: Partial<EngineSettings>;
  /** Before the question is asked. */
  readonly before?: (stage: Stage) => void | Promise<void>;
  /** What the user, or the world, does meanwhile; time stands still until it is done. */
  readonly on?: (event: StreamEvent, stage: Stage) => void | Promise<void>;
  /** true: time passes while a request is under way and nothing moves. Otherwise only waits take time. */
  readonly stalls?: true;
}

/** A row of the fault table as it happens on a real connection, and what the engine is to make of it. */
export interface WireCase extends Scene {
  readonly row: RowId;
  /** What goes wrong, in a few words. */
  readonly fault: string;
  /** After the turn: further assertions. A text that it returns is told instead of what the turn has said. */
  readonly after?: (stage: Stage) => unknown;
  readonly expected: string;
}
