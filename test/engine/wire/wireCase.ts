import type { Script } from '../../../src/demo/gateway';
import type { EngineSettings } from '../../../src/engine/engine';
import type { StreamEvent } from '../../../src/engine/events';
import type { RowId } from '../../../src/engine/faults/faultTable';
import type { ChatRequest } from '../../../src/engine/request';
import type { WireFixture } from './wireFixture';

/** A turn over a real connection: its request, and what the loopback gateway and the user do. */
export interface WireScenario {
  /** Replies of the loopback gateway to the first, second … request. The last one is repeated. */
  readonly replies: (fixture: WireFixture) => readonly [Script, ...Script[]];
  /** Model of the request; `gpt-4o` by default. */
  readonly model?: string;
  /** Fields that differ from the default request. */
  readonly request?: Partial<ChatRequest>;
  readonly settings?: Partial<EngineSettings>;
  /** Called before the turn starts. */
  readonly before?: (fixture: WireFixture) => void | Promise<void>;
  /** Called for each event of the turn. Virtual time stands still until the promise resolves. */
  readonly onEvent?: (event: StreamEvent, fixture: WireFixture) => void | Promise<void>;
  /** Virtual time also passes while a request is in flight and nothing happens. By default, only waits take time. */
  readonly timePassesDuringRequests?: true;
}

/** A fault over a real connection and the expected reaction of the engine. */
export interface WireCase extends WireScenario {
  /** Number of the fault that the case tests. */
  readonly row: RowId;
  /** The fault in a few words. */
  readonly title: string;
  /** Called after the turn for further assertions. A returned text replaces the summary of the turn. */
  readonly after?: (fixture: WireFixture) => unknown;
  /** The expected summary of the turn. */
  readonly expected: string;
}
