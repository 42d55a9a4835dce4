import path from 'node:path';
import { out } from '../../support/paths';

/** Folder that contains only the packaged extension. All workbenches of a run share it. */
export const extensionsFolder = path.join(out, 'e2e-extensions');
