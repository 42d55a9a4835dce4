import { type ImageHeader, maxHeaderBytes, readImageHeader } from '../../shared/imageHeader';
import { base64Length, maxImageChars, maxImageFileBytes, maxImagePixels, maxImageSide } from '../../shared/imageLimits';
import type { ImageProblem } from '../../shared/images';

/** Formats of a scaled image, best quality first. The quality is a number from 0 to 1. */
const encodings = [
  { type: 'image/png' },
  { type: 'image/jpeg', quality: 0.9 },
  { type: 'image/jpeg', quality: 0.7 },
] as const;

/**
 * A PNG file larger than this number of bytes is probably a photo, so the image is encoded as JPEG, which needs fewer
 * bytes for photos.
 */
const maxPngBytes = 1_500_000;

/**
 * Scales an image down until its longest side has at most `maxSide` pixels. The result is encoded anew, so it contains
 * no metadata, and its orientation is applied to the pixels. Only the first frame of an animation is kept.
 * @returns the content of a PNG or JPEG file, or the reason why the image can't be attached
 */
export async function scaleImage(file: Blob, maxSide: number): Promise<Uint8Array<ArrayBuffer> | ImageProblem> {
  const header = readImageHeader(await readStart(file));
  if (!header) return 'notImage';
  if (file.size > maxImageFileBytes || hasTooManyPixels(header)) return 'tooLarge';
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => undefined);
  if (!bitmap) return 'broken';
  const scale = Math.min(1, maxSide / Math.max(bitmap.width, bitmap.height));
  const sideOf = (pixels: number): number => Math.max(1, Math.round(pixels * scale));
  const canvas = new OffscreenCanvas(sideOf(bitmap.width), sideOf(bitmap.height));
  const graphics = canvas.getContext('2d');
  if (!graphics) return 'broken';
  graphics.imageSmoothingQuality = 'high';
  graphics.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  for (const encoding of header.mimeType === 'image/jpeg' ? encodings.slice(1) : encodings) {
    if (encoding.type === 'image/jpeg') addWhiteBackground(graphics);
    const encoded = await canvas.convertToBlob(encoding);
    const maxBytes = encoding.type === 'image/png' ? maxPngBytes : Infinity;
    if (encoded.size <= maxBytes && base64Length(encoded.size) <= maxImageChars)
      return new Uint8Array(await encoded.arrayBuffer());
  }
  return 'tooLarge';
}

function hasTooManyPixels({ width, height }: ImageHeader): boolean {
  return Math.max(width, height) > maxImageSide || width * height > maxImagePixels;
}

/** Reads the first megabyte of a file. */
export async function readStart(file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.slice(0, maxHeaderBytes).arrayBuffer());
}

/** Makes the transparent pixels of an image white. A JPEG file has no transparency and would show them in black. */
function addWhiteBackground(graphics: OffscreenCanvasRenderingContext2D): void {
  graphics.globalCompositeOperation = 'destination-over';
  graphics.fillStyle = 'white';
  graphics.fillRect(0, 0, graphics.canvas.width, graphics.canvas.height);
}
