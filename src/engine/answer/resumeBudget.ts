/** Resumes a turn has before any of them is refunded. */
export const initialResumes = 3;
/** So many new characters refund a resume: it was worth it. */
export const refundChars = 200;
/** Resumes of a turn, whatever they yield. */
export const mostResumes = 5;

/** How often a turn may still ask for the rest of a broken answer; one that yields nothing costs two. */
export class ResumeBudget {
  private spent = 0;
  private started = 0;

  /** Resumes that may still be started. */
  get left(): number {
    return Math.max(0, Math.min(initialResumes - this.spent, mostResumes - this.started));
  }

  start(): void {
    this.started++;
    this.spent++;
  }

  /** A started resume is over, and has added so many characters to the answer. */
  yielded(newChars: number): void {
    if (newChars === 0) this.spent++;
    else if (newChars >= refundChars) this.spent--;
  }
}
