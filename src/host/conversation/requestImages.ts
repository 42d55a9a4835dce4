import type { ChatMessage, ImagePart, TextPart } from '../../engine/request';
import { attemptsOf } from '../../engine/state/turnCost';
import type { Exchange, Prompt } from '../../shared/exchanges';
import { base64Length, maxImages, maxRequestImageChars, type PromptImage } from '../../shared/images';

/** Returns the content of an image, or undefined if its file is missing. */
export type ReadImage = (image: PromptImage) => Buffer | undefined;

/**
 * Returns the messages of prompts in a request. Images precede the text of their prompt. An image that is left out is
 * replaced by a note for the model, because the text might refer to the image.
 * @param prompts the prompts of the request, oldest first
 * @param model the model that receives the request
 */
export function promptMessages(prompts: readonly Prompt[], model: string, read: ReadImage): readonly ChatMessage[] {
  const refused = prompts.findLastIndex((prompt) => hasRefusedImages(prompt, model));
  let room = countNewestWithinLimits(prompts.slice(refused + 1).flatMap(({ images = [] }) => images));
  const newestFirst = prompts.toReversed().map(({ prompt, content = prompt, images = [] }): ChatMessage => {
    const parts = images.toReversed().map((image) => imagePart(image, room-- > 0 ? read(image) : undefined));
    const text: TextPart = { type: 'text', text: content };
    if (parts.some(({ type }) => type === 'image')) return { role: 'user', content: [...parts.toReversed(), text] };
    return { role: 'user', content: [...images.map(noteFor), content].join('\n\n') };
  });
  return newestFirst.toReversed();
}

/**
 * Returns whether the gateway has refused a request for an answer to this prompt because of its images. From then on,
 * images up to this prompt are not sent to the model any more.
 */
function hasRefusedImages(prompt: Prompt | Exchange, model: string): boolean {
  if (!('answers' in prompt)) return false;
  const attempts = prompt.answers.flatMap(({ state }) => attemptsOf(state));
  return attempts.some((sent) => (sent.userModel ?? sent.model) === model && sent.end?.row === 'imagesRefused');
}

/** Returns how many of the newest images fit into a request. */
function countNewestWithinLimits(images: readonly PromptImage[]): number {
  let chars = 0;
  const firstLeftOut = images.toReversed().findIndex(({ bytes }, index) => {
    chars += base64Length(bytes);
    return index === maxImages || chars > maxRequestImageChars;
  });
  return firstLeftOut < 0 ? images.length : firstLeftOut;
}

function imagePart(image: PromptImage, data: Buffer | undefined): ImagePart | TextPart {
  if (!data) return { type: 'text', text: noteFor(image) };
  return { type: 'image', mimeType: image.mimeType, data: data.toString('base64') };
}

/** The note is in English, because models understand English best. */
function noteFor({ name }: PromptImage): string {
  return `[The image ${JSON.stringify(name)} is not included.]`;
}
