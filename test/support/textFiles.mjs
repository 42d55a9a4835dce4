/** Runs TypeScript, and imports files as text where a specifier ends in `?text`, as esbuild.js does in the bundle. */
import 'tsx';
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

// A file name that no other loader claims.
const suffix = '.text';

registerHooks({
  resolve: (specifier, context, next) =>
    specifier.endsWith('?text')
      ? { url: new URL(specifier.replace(/\?text$/, suffix), context.parentURL).href, shortCircuit: true }
      : next(specifier, context),
  load(url, context, next) {
    if (!url.endsWith(suffix)) return next(url, context);
    const text = readFileSync(new URL(url.slice(0, -suffix.length)), 'utf8');
    return { format: 'module', source: `export default ${JSON.stringify(text)};`, shortCircuit: true };
  },
});
