/**
 * Of a long text. A prompt that is cut to fit is asked about at many lengths, and all of them begin with the same chunks,
 * whose counts are known by then.
 */
const chunkLength = 4_096;
/** How far back from there a chunk may end to end with a word. */
const lookBack = 256;

const wordEnd = /\p{L}(?= \p{L})/gu;

/** Parts of a text that make the whole, cut where a tokenizer cuts anyway: between a word and the space of the next. */
export function* chunksOf(text: string): Generator<string, void, undefined> {
  let start = 0;
  while (text.length - start > chunkLength) {
    const end = chunkEnd(text, start + chunkLength);
    yield text.slice(start, end);
    start = end;
  }
  yield text.slice(start);
}

function chunkEnd(text: string, latest: number): number {
  const tail = text.slice(latest - lookBack, latest);
  const last = [...tail.matchAll(wordEnd)].at(-1);
  if (last) return latest - lookBack + last.index + last[0].length;
  const splitsCharacter = /[\ud800-\udbff]/.test(text.charAt(latest - 1));
  return splitsCharacter ? latest - 1 : latest;
}
