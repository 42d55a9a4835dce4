import path from 'node:path';
import { out } from '../../support/paths';

/** Folder for the screenshots of all windows in which a test of the latest run failed. */
export const failuresFolder = path.join(out, 'e2e-failures');
