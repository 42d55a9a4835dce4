/**
 * Length limit for the text of all attempts of a turn, in UTF-16 code units. No model writes nearly as much, and a
 * journal of this size still fits into memory.
 */
const maxAnswerChars = 32 * 1024 * 1024;

/**
 * Size limit for all response bodies of a turn, in bytes. In a stream, a single token takes up to 400 bytes, so the
 * longest answers (128,000 tokens) need about 50 MB. The limit allows several such attempts, but stops an endless
 * stream of comments.
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
