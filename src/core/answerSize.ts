/**
 * Limit for the text, reasoning and tool calls of all attempts of one turn, in characters (UTF-16 code units). No model
 * writes nearly as much, and a journal of this size can still be read back into memory.
 */
export const maxAnswerChars = 32 * 1024 * 1024;

/**
 * Limit for the response bodies of one turn, in bytes. An event has up to 400 bytes around a single token, so the longest
 * answers (128,000 tokens) have about 50 MB: several attempts fit in, endless comments do not.
 */
export const maxTurnBytes = 256 * 1024 * 1024;

/** Limit for the tool calls of one answer. The OpenAI API accepts no more in a message either. */
export const maxToolCalls = 128;

/** Counts the characters and bytes that all attempts of one turn have received. */
export class AnswerSize {
  private chars = 0;
  private bytes = 0;

  /** Counts characters of the answer. @returns false where they exceed the limit and must be dropped */
  addChars(count: number): boolean {
    this.chars += count;
    return this.chars <= maxAnswerChars;
  }

  /** Counts bytes of a response body. @returns false where they exceed the limit */
  addBytes(count: number): boolean {
    this.bytes += count;
    return this.bytes <= maxTurnBytes;
  }
}
