/**
 * Limit for the text of all attempts of a turn, in UTF-16 code units. No model writes nearly this amount, and a journal
 * of this size still fits into memory.
 */
const maxAnswerChars = 32 * 1024 * 1024;

/**
 * Limit for the response bodies of a turn, in bytes. A streamed event takes up to 400 bytes for a single token, so the
 * body of the longest answers (128,000 tokens) is about 50 MB long. The limit allows several attempts of this size, but
 * prevents an endless stream of comments.
 */
const maxTurnBytes = 256 * 1024 * 1024;

/** Counts the bytes and characters that all attempts of a turn have received. */
export class ReceivedSize {
  private chars = 0;
  private bytes = 0;

  /**
   * Adds received bytes.
   * @returns whether the response bodies of the turn are within their size limit
   */
  addBytes(count: number): boolean {
    this.bytes += count;
    return this.bytes <= maxTurnBytes;
  }

  /**
   * Adds received characters.
   * @returns whether the text of the turn is within its length limit
   */
  addChars(count: number): boolean {
    this.chars += count;
    return this.chars <= maxAnswerChars;
  }
}
