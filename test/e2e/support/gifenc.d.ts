/** The part of gifenc that the recorder of the README's animation uses. The package has no types of its own. */
declare module 'gifenc' {
  export type Palette = (readonly [red: number, green: number, blue: number])[];

  export interface FrameOptions {
    /** Colors of the complete file. The first frame must contain them. */
    readonly palette?: Palette;
    /** Whether pixels with the color `transparentIndex` keep the color of the previous frame. */
    readonly transparent?: boolean;
    readonly transparentIndex?: number;
    /** Time for which the frame is shown, in milliseconds. The file stores hundredths of a second. */
    readonly delay?: number;
    /** What happens to the frame afterwards. With 1, the next frame is drawn over this frame. */
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
