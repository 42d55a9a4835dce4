/** The part of gifenc that the recorder of the README's animation uses. The package has no types of its own. */
declare module 'gifenc' {
  export type Palette = (readonly [red: number, green: number, blue: number])[];

  export interface FrameOptions {
    /** Colours of the whole file; the first frame needs them. */
    readonly palette?: Palette;
    /** Whether `transparentIndex` leaves the pixel of the previous frame. */
    readonly transparent?: boolean;
    readonly transparentIndex?: number;
    /** Milliseconds; the file has hundredths of a second. */
    readonly delay?: number;
    /** 1: the next frame is drawn over this one. */
    readonly dispose?: number;
  }

  export interface Encoder {
    writeFrame(index: Uint8Array, width: number, height: number, options: FrameOptions): void;
    finish(): void;
    bytes(): Uint8Array;
  }

  export function GIFEncoder(): Encoder;
  export function quantize(rgba: Uint8Array, maxColors: number): Palette;
  export function applyPalette(rgba: Uint8Array, palette: Palette): Uint8Array;
}
