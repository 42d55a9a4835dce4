import { GIF } from 'image-size/types/gif';
import { JPG } from 'image-size/types/jpg';
import { PNG } from 'image-size/types/png';
import { WEBP } from 'image-size/types/webp';
import type { ImageType } from './images';

/** Returns whether a path or URI ends like an image file. The content of the file is checked later. */
export function isImageName(path: string): boolean {
  return /\.(png|jpe?g|webp|gif)$/i.test(path);
}

const readers = Object.entries({
  'image/png': PNG,
  'image/jpeg': JPG,
  'image/webp': WEBP,
  'image/gif': GIF,
} satisfies Readonly<Record<ImageType, unknown>>) as readonly [ImageType, typeof PNG][];

/** Number of bytes in which the size of an image is searched. Photos can have metadata of some hundred KB before it. */
export const maxHeaderBytes = 1024 * 1024;

export interface ImageHeader {
  readonly mimeType: ImageType;
  /** Width and height in pixels, before the orientation is applied. */
  readonly width: number;
  readonly height: number;
}

/**
 * Reads the type and the size of an image from the first bytes of its file, without decoding the image.
 * @returns undefined if the content is not an image of an accepted type, whatever the file name says
 */
export function readImageHeader(file: Uint8Array): ImageHeader | undefined {
  // The bytes are copied, because the library reads beyond the end of a view on a larger buffer.
  const start = Uint8Array.from(file.subarray(0, maxHeaderBytes));
  for (const [mimeType, reader] of readers) {
    try {
      if (!reader.validate(start)) continue;
      const { width, height } = reader.calculate(start);
      return width > 0 && height > 0 ? { mimeType, width, height } : undefined;
    } catch {
      return undefined;
    }
  }
  return undefined;
}
