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

/** Reasons why the page can't attach a file. A `broken` file has the header of an image, but can't be decoded. */
export const imageProblems = ['notImage', 'tooLarge', 'broken', 'unreadable'] as const;

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
