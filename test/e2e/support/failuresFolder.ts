import path from 'node:path';
import { out } from '../../support/paths';

/** Holds a screenshot of each window in which a test of the latest run has failed. */
export const failuresFolder = path.join(out, 'e2e-failures');
