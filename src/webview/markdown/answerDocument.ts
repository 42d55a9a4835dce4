import type { MarkdownIt } from 'markdown-it';
import { BlockRenderer, type RenderedBlock } from './blockRenderer';
import { parseBlocks, settledCount } from './blocks';
import { CommittedBlocks } from './committedBlocks';
import { ReferenceScope } from './references';
import { Sections } from './sections';
import type { ElementSpec } from './tree';

/**
 * The text so far and what is shown of it: committed blocks, which are not parsed again, and the open tail behind them,
 * which is parsed as a whole each time.
 */
export class AnswerDocument {
  /** Only ever appended to while streaming: reading a string that grows piece by piece copies all of it. */
  private source = '';
  private tail = '';
  /** Where the tail starts in the source. */
  private tailStart = 0;
  private open: readonly RenderedBlock[] = [];
  private readonly committed: CommittedBlocks;
  private readonly renderer: BlockRenderer;
  private readonly sections: Sections;

  constructor(
    root: HTMLElement,
    private readonly parser: MarkdownIt,
    toolbar: ElementSpec,
  ) {
    this.renderer = new BlockRenderer(parser, toolbar, root.ownerDocument);
    this.committed = new CommittedBlocks(this.renderer);
    this.sections = new Sections(root);
  }

  /** @param final no more text will come: everything is committed. */
  append(text: string, final: boolean): void {
    this.source += text;
    this.tail += text;
    const scope = new ReferenceScope(this.committed.references);
    const settled = this.renderTail(scope, final);
    this.committed.add(settled, scope);
    if (final) this.committed.settle(scope);
  }

  /** All of the text, instead of what was there; what both have in common at the beginning stays in place. */
  replace(text: string, final: boolean): void {
    this.open = [...this.committed.rewind(commonLength(this.source, text)), ...this.open];
    this.tailStart = this.committed.end;
    this.source = text;
    this.tail = text.slice(this.tailStart);
    const scope = new ReferenceScope(this.committed.references);
    const settled = this.renderTail(scope, final);
    this.committed.add(settled, scope);
    this.committed.settle(scope);
  }

  /** @returns the blocks at its beginning that no more text can change; they are the tail no longer. */
  private renderTail(scope: ReferenceScope, final: boolean): readonly RenderedBlock[] {
    const { tail, tailStart: start } = this;
    const { blocks, lineCount } = parseBlocks(this.parser, tail, { references: scope.record() });
    const rendered = blocks.map((block, index) => {
      const last = index === blocks.length - 1;
      const source = {
        block: { ...block, start: start + block.start, end: start + block.end },
        text: tail.slice(block.start, block.end),
        openFromLine: last && !final ? lineCount : Infinity,
      };
      return this.renderer.render(source, this.open[index], scope);
    });
    for (const { element } of this.open.slice(rendered.length)) element?.remove();
    this.sections.place(
      this.committed.lastElement,
      rendered.map(({ block, element }) => ({ start: block.start, element })),
    );
    const count = final ? blocks.length : settledCount(blocks, tail);
    this.open = rendered.slice(count);
    this.tailStart = final ? start + tail.length : (this.open[0]?.block.start ?? start);
    this.tail = tail.slice(this.tailStart - start);
    return rendered.slice(0, count);
  }
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}
