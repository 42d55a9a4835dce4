import { applyPalette, GIFEncoder, quantize } from 'gifenc';
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';

/** One screenshot of a recording. */
interface Frame {
  readonly png: Buffer;
  /** Time from the start of the recording, in milliseconds. */
  readonly atMs: number;
}

/** A recorded scene, as a list of screenshots. */
interface Recording {
  readonly frames: readonly Frame[];
  readonly durationMs: number;
}

interface GifOptions {
  /** Number of colors, at most 255. Fewer colors make a smaller file. */
  readonly colors: number;
}

const framesPerSecond = 10;
/** The palette of colors is computed from every n-th frame, where n is this number. */
const paletteStep = 6;
/** Disposal method of the GIF format: the next frame is drawn over the current one. */
const keepPixels = 1;

/** Takes screenshots of a page while a scene is played, at most ten each second. */
export async function recordScreen(page: Page, playScene: () => Promise<void>): Promise<Recording> {
  const start = performance.now();
  const frames: Frame[] = [];
  let isPlaying = true;
  const takeScreenshots = async (): Promise<void> => {
    while (isPlaying) {
      const atMs = performance.now() - start;
      frames.push({ png: await page.screenshot(), atMs });
      await delay(Math.max(0, atMs + 1000 / framesPerSecond - (performance.now() - start)));
    }
  };
  const stopPlaying = (): void => {
    isPlaying = false;
  };
  await Promise.all([takeScreenshots(), playScene().finally(stopPlaying)]);
  return { frames, durationMs: performance.now() - start };
}

/**
 * Encodes a recording as an endless GIF that plays at the recorded speed. A frame contains only the pixels that differ
 * from the previous frame, and screenshots without a difference are left out.
 */
export function encodeGif({ frames, durationMs }: Recording, { colors }: GifOptions): Uint8Array {
  const images = frames.map(({ png }) => PNG.sync.read(png));
  const [first] = images;
  if (!first) throw new Error('The recording has no frames.');
  const { width, height } = first;
  const sample = images.filter((_, index) => index % paletteStep === 0 || index === images.length - 1);
  const palette = quantize(Buffer.concat(sample.map(({ data }) => data)), colors);
  const transparentIndex = palette.length;
  const indexed = images.map(({ data }) => applyPalette(data, palette));
  const changed = indexed.flatMap((pixels, index) => {
    const previous = indexed[index - 1];
    return previous && Buffer.compare(pixels, previous) === 0 ? [] : [{ pixels, previous, atMs: frames[index]!.atMs }];
  });
  const gif = GIFEncoder();
  for (const [index, { pixels, previous, atMs }] of changed.entries()) {
    const endMs = changed[index + 1]?.atMs ?? durationMs;
    gif.writeFrame(previous ? differences(pixels, previous, transparentIndex) : pixels, width, height, {
      ...(index === 0 ? { palette: [...palette, [0, 0, 0]] } : { transparent: true, transparentIndex }),
      delay: hundredths(endMs) - hundredths(atMs),
      dispose: keepPixels,
    });
  }
  gif.finish();
  return gif.bytes();
}

function differences(pixels: Uint8Array, previous: Uint8Array, transparentIndex: number): Uint8Array {
  return pixels.map((color, position) => (color === previous[position] ? transparentIndex : color));
}

/** Rounds milliseconds to hundredths of a second, so that rounding errors of the frames do not add up. */
function hundredths(ms: number): number {
  return Math.round(ms / 10) * 10;
}
