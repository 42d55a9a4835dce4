import { createRequire } from 'node:module';
import path from 'node:path';
import type * as engineSource from '../../src/core/createEngine';
import type * as sdkSource from '../../src/core/sdk';
import { root } from '../support/paths';

const load = createRequire(__filename);

/** What ships is what is measured: the production build, and the SDK as it is bundled with it. */
export const { createEngine } = load(path.join(root, 'dist/engine.js')) as typeof engineSource;
export const { OpenAI } = load(path.join(root, 'dist/sdk.js')) as typeof sdkSource;
