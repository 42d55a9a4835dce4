import { ImageStore } from '../../../src/host/journal/imageStore';

/** An image store for tests without images. Its folder does not exist. */
export const noImages = new ImageStore('/nonexistent');
