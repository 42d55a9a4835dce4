import { decoderFor } from './charset';

/**
 * Decodes text that comes in pieces, byte order mark included. A piece of UTF-8 that begins and ends between
 * characters, as nearly all do, is decoded by itself: that takes a third of what a decoder takes that has to remember.
 */
export class StreamDecoder {
  private readonly whole: TextDecoder;
  private readonly split: TextDecoder;
  /** Whether `split` may hold the beginning of a character. */
  private holds: boolean;

  constructor(contentType: string | null = null) {
    this.whole = decoderFor(contentType);
    this.split = decoderFor(contentType);
    // In other charsets an ASCII byte may be the second half of a character.
    this.holds = this.split.encoding !== 'utf-8';
  }

  decode(bytes: Uint8Array): string {
    const held = this.holds;
    const last = bytes.at(-1);
    // Only an ASCII byte is sure to be the end of a character.
    if (last !== undefined && this.split.encoding === 'utf-8') this.holds = last > 0x7f;
    return held || this.holds ? this.split.decode(bytes, { stream: true }) : this.whole.decode(bytes);
  }

  /** What was left of a character that never ended. */
  end(): string {
    return this.split.decode();
  }
}
