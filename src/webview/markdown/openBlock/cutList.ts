import type { MarkdownIt, Token } from 'markdown-it';
import { isSettledBefore, parseBlocks } from '../blocks';
import type { Cut, OpenBlock } from './cut';

/** Paragraphs of a tight list are hidden; without any there is no telling. */
export type Tightness = 'tight' | 'loose' | 'unknown';

/**
 * An item is final when the next one has begun for good; from there on the list can be parsed by itself, as items know
 * nothing of each other. What they share is whether the list is tight: items are only frozen when theirs is certain.
 */
export function cutList({ text, block, lineStart, spec, beginning }: OpenBlock, parser: MarkdownIt): Cut | undefined {
  const { tokens } = block;
  const starts = itemStarts(tokens).map(lineStart);
  const count = starts.findLastIndex((start) => isSettledBefore(text, start));
  const end = starts[count];
  if (count < 1 || end === undefined) return undefined;
  const rest = tokens.slice(
    tokens.findIndex(({ type, map }) => type === 'list_item_open' && lineStart(map?.[0] ?? 0) >= end),
  );
  if (tightness(rest) === 'unknown') return undefined;
  const before = beginning?.kind === 'list' ? beginning : undefined;
  const loose = before?.loose === true || tightness(tokens) === 'loose';
  if (loose && !before?.loose && !isLooseUpTo(end, text, parser)) return undefined;
  const { type = '', markup: marker = '' } = tokens[0] ?? {};
  return {
    end,
    standIn: '',
    beginning: { kind: 'list', type, marker, attributes: before?.attributes ?? spec.attributes, loose },
    final: { depth: 0, count, text: 0 },
  };
}

/** Of a top-level list, as far as it was parsed. */
export function tightness(tokens: readonly Token[]): Tightness {
  const paragraph = tokens.find(({ type, level }) => type === 'paragraph_open' && level === 2);
  if (!paragraph) return 'unknown';
  return paragraph.hidden ? 'tight' : 'loose';
}

/** Whether the list would be loose if there were nothing but a word in the item that begins there. */
function isLooseUpTo(end: number, text: string, parser: MarkdownIt): boolean {
  const marker = /^[ \t]*(?:[-*+]|\d{1,9}[.)])/.exec(text.slice(end, text.indexOf('\n', end)))?.[0];
  if (marker === undefined) return false;
  const { blocks } = parseBlocks(parser, `${text.slice(0, end)}${marker} x\n`, {});
  return blocks.length === 1 && tightness(blocks[0]?.tokens ?? []) === 'loose';
}

/** Their lines. */
function itemStarts(tokens: readonly Token[]): readonly number[] {
  return tokens.flatMap(({ type, level, map }) => (type === 'list_item_open' && level === 1 && map ? [map[0]] : []));
}
