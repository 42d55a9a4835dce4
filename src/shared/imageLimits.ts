// VS Code loads this file at startup, so it must be small and must not import valibot.

/** Maximum number of images in a prompt, and in a request with all earlier prompts. */
export const maxImages = 20;

/** Limit for the image data of a request as Base64, in characters, including the images of earlier prompts. */
export const maxRequestImageChars = 24_000_000;

/** Limit for the data of one image as Base64, in characters. */
export const maxImageChars = 4_500_000;

/** Longest side, in pixels, to which the page scales an image. Most models scale larger images down themselves. */
export const maxSentSide = 1568;

/** Longest side of an image with full detail, in pixels. If a request has many images, Claude refuses longer sides. */
export const fullDetailSide = 2000;

/** Maximum size of an image file, in bytes. Larger files are refused before they are decoded. */
export const maxImageFileBytes = 50_000_000;

/** Maximum length of the longest side, in pixels. Images that exceed it are refused before they are decoded. */
export const maxImageSide = 30_000;

/** Maximum number of pixels of an image. The browser needs four bytes of memory for each pixel. */
export const maxImagePixels = 250_000_000;

/** Returns the number of Base64 characters for a number of bytes. */
export function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}
