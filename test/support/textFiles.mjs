/** Runs TypeScript, and imports files as text where a specifier ends in `?text`, as esbuild.js does in the bundle. */
import 'tsx';
import { readFileSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

// A file name that no other loader claims.
const suffix = '.text';

/** Returns the path of the file, which may be a file of a package. */
function resolveFile(specifier, parent) {
  return createRequire(parent).resolve(specifier.replace(/\?text$/, ''));
}

registerHooks({
  resolve: (specifier, context, next) =>
    specifier.endsWith('?text')
      ? { url: pathToFileURL(resolveFile(specifier, context.parentURL)).href + suffix, shortCircuit: true }
      : next(specifier, context),
  load(url, context, next) {
    if (!url.endsWith(suffix)) return next(url, context);
    const text = readFileSync(new URL(url.slice(0, -suffix.length)), 'utf8');
    return { format: 'module', source: `export default ${JSON.stringify(text)};`, shortCircuit: true };
  },
});
