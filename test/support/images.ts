import { createHash } from 'node:crypto';
import type { PromptImage } from '../../src/shared/images';

/** The smallest PNG file: a single transparent pixel. */
export const pngFile = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

/** Returns the description of an image with the content of `pngFile`. */
export function promptImageOf(name: string, fields: Partial<PromptImage> = {}): PromptImage {
  const hash = createHash('sha256').update(pngFile).digest('hex');
  return { name, mimeType: 'image/png', hash, width: 1, height: 1, bytes: pngFile.length, ...fields };
}
