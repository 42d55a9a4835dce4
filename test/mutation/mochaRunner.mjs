/**
 * Stryker's runner for mocha, made to load with mocha 12: it requires files of mocha by a path without an extension,
 * and these end in `.cjs` now (stryker-js pull request 6205). With a runner that knows, this file can go.
 */
import { createRequire } from 'node:module';

const { extensions } = createRequire(import.meta.url);
extensions['.cjs'] ??= extensions['.js'];

export const { strykerPlugins, strykerValidationSchema } = await import('@stryker-mutator/mocha-runner');
