/** Images of prompts. The host and the page both import this file, so it uses neither `vscode` nor the DOM. */
import * as v from 'valibot';

/**
 * Types of images that models accept, with the extensions of their files. SVG is not accepted, because an SVG file can
 * contain scripts and models don't read it.
 */
const imageExtensions = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
  'image/gif': 'gif',
} as const;

export type ImageType = keyof typeof imageExtensions;

const imageType = v.picklist(Object.keys(imageExtensions) as [ImageType, ...ImageType[]]);

const positiveInteger = v.pipe(v.number(), v.integer(), v.minValue(1));

/** Schema of a `PromptImage`. The content of the image is in a file, see `imagePath`. */
export const promptImage = v.object({
  /** File name that the user sees. */
  name: v.string(),
  mimeType: imageType,
  /** SHA-256 of the image file, as 64 hexadecimal digits. */
  hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  /** Width and height in pixels. */
  width: positiveInteger,
  height: positiveInteger,
  /** Size of the image file, in bytes. */
  bytes: positiveInteger,
});

/** An image that belongs to a prompt. */
export type PromptImage = Readonly<v.InferOutput<typeof promptImage>>;

/** Maximum number of images in a prompt, and in a request with all earlier prompts. */
export const maxImages = 20;

/** Limit for the image data of a request as Base64, in characters, including the images of earlier prompts. */
export const maxRequestImageChars = 24_000_000;

/** Limit for the data of one image as Base64, in characters. */
export const maxImageChars = 4_500_000;

/** Longest side, in pixels, to which the page scales an image. Most models scale larger images down themselves. */
export const maxSentSide = 1568;

/** The same limit for an image with full detail. With many images in a request, Claude refuses longer sides. */
export const fullDetailSide = 2000;

/** Maximum size of an image file, in bytes. Larger files are refused before they are decoded. */
export const maxImageFileBytes = 50_000_000;

/** Maximum length of the longest side, in pixels. Images that exceed it are refused before they are decoded. */
export const maxImageSide = 30_000;

/** Reasons why the page can't attach an image file. A `broken` file has the header of an image, but can't be decoded. */
export const imageProblems = ['notImage', 'tooLarge', 'broken'] as const;

export type ImageProblem = (typeof imageProblems)[number];

/** Owner of the images in `imagePath` that the user has attached to a prompt and not sent yet. */
export const draftImages = 'drafts';

/**
 * Returns the path of an image file, relative to the folder with the journals of the conversations.
 * @param owner the id of the conversation that contains the image, or `draftImages`
 */
export function imagePath(owner: string, { hash, mimeType }: Pick<PromptImage, 'hash' | 'mimeType'>): string {
  return `${owner}.images/${hash}.${imageExtensions[mimeType]}`;
}

/** Estimates how many tokens a model needs for images. Anthropic documents this formula, and other models need less. */
export function estimateImageTokens(images: readonly PromptImage[]): number {
  return images.reduce((sum, { width, height }) => sum + Math.ceil((width * height) / 750), 0);
}

/** Returns the number of Base64 characters for a number of bytes. */
export function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}
