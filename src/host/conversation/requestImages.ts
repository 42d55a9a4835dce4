import type { ChatMessage, ImagePart, TextPart } from '../../engine/request';
import type { LedgerEntry } from '../../engine/state/ledger';
import { attemptsOf } from '../../engine/state/turnCost';
import type { Prompt } from '../../shared/exchanges';
import { base64Length, maxImages, maxRequestImageChars } from '../../shared/imageLimits';
import type { PromptImage } from '../../shared/images';
import type { ExchangeTree } from '../journal/exchangeTree';

/** Returns the content of an image, or undefined if its file is missing. */
export type ReadImage = (image: PromptImage) => Buffer | undefined;

/**
 * Returns the messages of prompts in a request. Images precede the text of their prompt. An image that is left out is
 * replaced by a note for the model, because the text might refer to the image.
 * @param prompts the prompts of the request, oldest first
 * @param refused prompts whose images are left out
 */
export function promptMessages(
  prompts: readonly Prompt[],
  refused: RefusedPrompts,
  read: ReadImage,
): readonly ChatMessage[] {
  let room = countNewestWithinLimits(prompts.flatMap((prompt) => (refused.has(prompt) ? [] : (prompt.images ?? []))));
  const newestFirst = prompts.toReversed().map((each): ChatMessage => {
    const { prompt, content = prompt, images = [] } = each;
    const canInclude = (): boolean => !refused.has(each) && room-- > 0;
    const parts = images.toReversed().map((image) => imagePart(image, canInclude() ? read(image) : undefined));
    const text: TextPart = { type: 'text', text: content };
    if (parts.some(({ type }) => type === 'image')) return { role: 'user', content: [...parts.toReversed(), text] };
    return { role: 'user', content: [...images.map(noteFor), content].join('\n\n') };
  });
  return newestFirst.toReversed();
}

type RefusedPrompts = ReadonlySet<Prompt | undefined>;

/**
 * Returns the prompts whose images are not sent to a model any more: all prompts in requests that a gateway has refused
 * because of their images, including requests for summaries and for other versions of a prompt. When the
 * user regenerates the answer, the images of its prompt are sent again, unless the user has sent it without images.
 * @param answerId the answer that is requested
 */
export function promptsWithRefusedImages(tree: ExchangeTree, answerId: string, model: string): RefusedPrompts {
  const prompts = tree.answers().flatMap((answer) => {
    const attempts = attemptsOf(answer.state).filter((sent) => (sent.userModel ?? sent.model) === model);
    if (!attempts.some(isRefusal)) return [];
    const earlier = tree.precedingOf(answer.id).steps.map(({ exchange }) => exchange);
    const prompt = tree.exchangeOf(answer.id);
    const isNewVersion = answer.id !== answerId && prompt === tree.exchangeOf(answerId);
    return isNewVersion && attempts.findLast(isRefusal) === attempts.at(-1) ? earlier : [...earlier, prompt];
  });
  return new Set(prompts);
}

const isRefusal = ({ end }: LedgerEntry): boolean => end?.row === 'imagesRefused';

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
