import path from 'node:path';
import { out } from '../../support/paths';

/** Holds the packaged extension and nothing else; shared by all workbenches of a run. */
export const extensionsFolder = path.join(out, 'e2e-extensions');
