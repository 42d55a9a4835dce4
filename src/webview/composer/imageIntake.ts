import { isImageName } from '../../shared/imageHeader';
import { fullDetailSide, maxSentSide } from '../../shared/imageLimits';
import type { ImageProblem, PromptImage } from '../../shared/images';
import type { ToHost, ToHostOf } from '../../shared/pageMessages';
import type { DraftImage } from '../../shared/protocol';
import { readStart, scaleImage } from './imageScaling';

/** Reads the files that the user attaches, scales images, and sends the files to the host, one after another. */
export class ImageIntake {
  /**
   * Files of the attached images, keyed by `keyOf`. With its file, an image can be scaled again. The files are lost
   * when the page is closed.
   */
  private readonly files = new Map<string, Blob>();
  /** Resolves to false if one of the files that were attached together was refused. */
  private queue: Promise<boolean> = Promise.resolve(true);
  private waiting = 0;
  /** Refused files. The host is told about all of them at once, because each message of the host replaces the one before. */
  private readonly refused: { readonly name: string; readonly problem: ImageProblem }[] = [];

  /** @param onBusyChange called with whether an image is being scaled */
  constructor(
    private readonly post: (message: ToHost) => void,
    private readonly onBusyChange: (isBusy: boolean) => void,
  ) {}

  /** Whether an image has not been sent to the host yet. */
  get isBusy(): boolean {
    return this.waiting > 0;
  }

  /**
   * Waits until all images have been sent to the host. Never rejects.
   * @returns false if one of the images was refused
   */
  waitUntilSent(): Promise<boolean> {
    return this.queue;
  }

  /**
   * Scales an image and attaches it to the next prompt. A file that is not an image is attached as text.
   * @param maxSide maximum length of the longest side, in pixels
   * @param replacedId id of an attached image that the new image replaces
   */
  attach(name: string, file: Blob, maxSide = maxSentSide, replacedId?: string): void {
    const isFirst = !this.isBusy;
    this.waiting++;
    this.onBusyChange(true);
    this.queue = this.queue.then(async (areAttached) => {
      const result = await this.read(name, file, maxSide).catch(() => 'unreadable' as const);
      this.waiting--;
      this.onBusyChange(this.isBusy);
      const isRefused = typeof result === 'string';
      if (isRefused) this.refused.push({ name, problem: result });
      else this.post(result.type === 'attachImage' ? { ...result, replacedId } : result);
      if (!this.isBusy && this.refused.length > 0) this.post({ type: 'refuseImages', images: this.refused.splice(0) });
      return (isFirst || areAttached) && !isRefused;
    });
  }

  /**
   * Returns the message that attaches a file, or why the file can't be attached. Rejects if the file can't be read, for
   * example a folder, or a file that was deleted in the meantime.
   */
  private async read(
    name: string,
    file: Blob,
    maxSide: number,
  ): Promise<ToHostOf<'attachImage' | 'attachFile'> | ImageProblem> {
    const data = await scaleImage(file, maxSide);
    if (data === 'notImage' && !isImageName(name)) return { type: 'attachFile', name, data: await readStart(file) };
    if (typeof data === 'string') return data;
    this.files.set(keyOf({ name, bytes: data.length }), file);
    return { type: 'attachImage', name, data };
  }

  /** Returns whether an attached image is smaller than its file, so that it can be attached with full detail. */
  canToggleDetail(image: PromptImage): boolean {
    return longestSide(image) >= maxSentSide && this.files.has(keyOf(image));
  }

  /** Attaches an image with full detail instead, or with the normal size if it has full detail. */
  toggleDetail(image: DraftImage): void {
    const file = this.files.get(keyOf(image));
    if (file) this.attach(image.name, file, isFullDetail(image) ? maxSentSide : fullDetailSide, image.id);
  }

  /** Forgets the files of all images. */
  clear(): void {
    this.files.clear();
  }
}

export function isFullDetail(image: PromptImage): boolean {
  return longestSide(image) > maxSentSide;
}

function longestSide({ width, height }: PromptImage): number {
  return Math.max(width, height);
}

/** Returns a key by which the page recognizes an image after the host has attached it. */
function keyOf({ name, bytes }: Pick<PromptImage, 'name' | 'bytes'>): string {
  return `${bytes} ${name}`;
}
