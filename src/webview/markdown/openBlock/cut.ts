import type { Block } from '../blocks';
import type { FinalChildren } from '../frozen';
import type { Attributes, ElementSpec } from '../tree';

/** What the rest of a block, parsed by itself, has to know of its beginning. */
export type Beginning =
  | {
      readonly kind: 'list';
      readonly type: string;
      readonly marker: string;
      readonly attributes: Attributes;
      readonly loose: boolean;
    }
  | { readonly kind: 'table'; readonly columns: number; readonly rows: number }
  | { readonly kind: 'fence' }
  /** What stands in for it is as long as `skip`, and no part of what is shown. */
  | { readonly kind: 'paragraph'; readonly skip: number };

/** An open block as it was last parsed: from the beginning of `text` on, and the only one in it. */
export interface OpenBlock {
  /** Begins with what stands in for a frozen beginning. */
  readonly text: string;
  readonly block: Block;
  readonly lineStart: (line: number) => number;
  readonly spec: ElementSpec;
  readonly beginning: Beginning | undefined;
}

/** Where the beginning of an open block ends that no more text can change. */
export interface Cut {
  readonly end: number;
  /** Put before what follows, it makes the parser read that as it would have behind the whole beginning. */
  readonly standIn: string;
  readonly beginning: Beginning;
  readonly final: FinalChildren;
}
