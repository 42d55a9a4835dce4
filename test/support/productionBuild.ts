import { createRequire } from 'node:module';
import path from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';
import { root } from './paths';

interface ProductionBuild {
  readonly extension: BuildOptions;
  readonly pages: Required<Pick<BuildOptions, 'platform' | 'format' | 'target' | 'plugins'>>;
  /** Resolves imports of texts. */
  readonly textFiles: Plugin;
}

/** The options with which `esbuild.js` builds the extension. */
export const { extension, pages, textFiles } = createRequire(__filename)(
  path.join(root, 'esbuild.js'),
) as ProductionBuild;
