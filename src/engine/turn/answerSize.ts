/**
 * Limit for the text, reasoning and tool calls of all attempts of one turn, in characters (UTF-16 code units). No model
 * writes nearly as much, and a journal of this size can still be read back into memory.
 */
export const maxAnswerChars = 32 * 1024 * 1024;

/**
 * Limit for the response bodies of one turn, in bytes. A streamed event takes up to 400 bytes for a single token, so
 * the body of the longest answers (128,000 tokens) is about 50 MB. The limit leaves room for several attempts, but not
 * for an endless stream of comments.
 */
export const maxTurnBytes = 256 * 1024 * 1024;

/** Limit for the tool calls of one answer. The OpenAI API accepts no more in a message either. */
export const maxToolCalls = 128;

/** Counts the characters and bytes that all attempts of one turn have received. */
export class AnswerSize {
  private chars = 0;
  private bytes = 0;

  /** Counts characters of the answer. @returns false when the total exceeds the limit: they must then be dropped */
  addChars(count: number): boolean {
    this.chars += count;
    return this.chars <= maxAnswerChars;
  }

  /** Counts bytes of a response body. @returns false when the total exceeds the limit */
  addBytes(count: number): boolean {
    this.bytes += count;
    return this.bytes <= maxTurnBytes;
  }
}
