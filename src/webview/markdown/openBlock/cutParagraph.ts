import type { Spec } from '../tree';
import type { Cut, OpenBlock } from './cut';
import { lastCut } from './finishedInline';

/** Inline content by itself; undefined when something in it may still go on behind it. */
export type RenderFinished = (content: string) => readonly Spec[] | undefined;

/** May be link definitions, or become some. */
const MAY_DEFINE = /^\s*\[/;

/**
 * Inline content is final up to a place between two words that no mark reaches across. A letter stands in for it: the
 * line then is what it was, the middle of a paragraph, and nothing at its beginning is taken for a marker.
 * @param patience characters that are not worth a cut.
 */
export function cutParagraph(open: OpenBlock, patience: number, render: RenderFinished): Cut | undefined {
  const { text, block, beginning } = open;
  const content = block.tokens.find(({ type }) => type === 'inline')?.content ?? '';
  const start = text.indexOf(content);
  const skip = beginning?.kind === 'paragraph' ? beginning.skip : 0;
  if (start < 0 || (!beginning && MAY_DEFINE.test(content))) return undefined;
  const latest = lastCut(content, skip + patience, Infinity);
  const places = [latest, lastCut(content, skip + patience, (skip + latest) / 2)];
  for (const place of places) {
    const cut = place > skip && isWithinText(content, place) ? cutAt(place, content, skip, open, render) : undefined;
    if (cut) return { ...cut, end: start + place };
  }
  return undefined;
}

/**
 * What is before it in its line must have made that line part of the paragraph, and must not be a cell: the line may
 * become a table's header yet, and then cells are counted.
 */
function isWithinText(content: string, place: number): boolean {
  const part = content.slice(content.lastIndexOf('\n', place - 1) + 1, place);
  return part === '' || (part.trim() !== '' && !part.includes('|'));
}

function cutAt(
  place: number,
  content: string,
  skip: number,
  { spec }: OpenBlock,
  render: RenderFinished,
): Omit<Cut, 'end'> | undefined {
  const specs = render(content.slice(skip, place));
  const last = specs?.at(-1);
  const count = (specs?.length ?? 0) - 1;
  const shown = spec.children[count];
  if (typeof last !== 'string' || typeof shown !== 'string' || !shown.startsWith(last)) return undefined;
  const space = /\s/.exec(content.charAt(place - 1))?.[0] ?? '';
  const standIn = `p${space}`;
  return {
    standIn,
    beginning: { kind: 'paragraph', skip: standIn.length },
    final: { depth: 0, count, text: last.length },
  };
}
