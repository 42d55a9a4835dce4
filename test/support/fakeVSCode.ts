import Module from 'node:module';
import path from 'node:path';
import { englishWords } from './englishWords';
import { root } from './paths';

type Load = (request: string, ...rest: unknown[]) => unknown;

const sources = path.join(root, 'src') + path.sep;

let present: object = {};

/**
 * Looks each name up in the `vscode` of the current tests, because `import()` loads a module only once per process. The
 * names are on the prototype because a namespace import copies an object's own properties once.
 */
const delegate: unknown = Object.create(
  new Proxy({}, { get: (_target, name) => Reflect.get(present, name) as unknown }),
);

/** Fake of `vscode.l10n` that returns the English message. The values of its placeholders can also be in one object. */
export const englishL10n = {
  t: (text: string, ...args: readonly unknown[]): string => {
    const values = Object(typeof args[0] === 'object' ? args[0] : args) as Record<string, string | number>;
    return englishWords.localize(text, values);
  },
};

/**
 * Provides `vscode` to the sources that the tests of this `describe` import. The tests must import these sources in a
 * test or a hook, with `import()`.
 */
export function useVSCode(vscode: object): void {
  const loader = Module as unknown as { _load: Load };
  const { _load: load } = loader;
  before(() => {
    present = vscode;
    forgetSources();
    loader._load = (request, ...rest) => (request === 'vscode' ? delegate : load(request, ...rest));
  });
  after(() => {
    present = {};
    loader._load = load;
    forgetSources();
  });
}

/** Unloads all sources, because some modules read constants of `vscode` only when they are loaded. */
function forgetSources(): void {
  for (const file of Object.keys(require.cache))
    if (file.startsWith(sources)) Reflect.deleteProperty(require.cache, file);
}
