// node esbuild.js [--production] [--watch]
const esbuild = require('esbuild');
const { readdirSync, readFileSync, rmSync } = require('node:fs');
const { mkdir, readFile, writeFile } = require('node:fs/promises');
const path = require('node:path');
const { gzipSync } = require('node:zlib');

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

/**
 * Modules of the OpenAI SDK that build no requests. They are replaced by a module whose exports are all empty functions,
 * which saves 420 kB of code that would be parsed before the first request.
 */
const unusedInSDK =
  /\/(resources\/.*|qs\/.*|(x509-)?workload-identity-auth|pagination|streaming|uploads|parse|to-file|ws)\.mjs$/;

const requestsOnly = {
  name: 'requests-only',
  setup(build) {
    build.onResolve({ filter: unusedInSDK }, ({ resolveDir }) =>
      /[\\/]node_modules[\\/]openai\b/.test(resolveDir) ? { path: 'exports', namespace: 'unused-in-sdk' } : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'unused-in-sdk' }, () => ({
      // esbuild finds names that the module itself lacks in its prototype.
      contents: 'module.exports = Object.create(new Proxy({}, { get: () => function () {} }));',
    }));
  },
};

/** Importing `x?text` gives the text of the file `x`, which may be a file of a package. */
const textFiles = {
  name: 'text-files',
  setup(build) {
    build.onResolve({ filter: /\?text$/ }, ({ path: specifier, resolveDir }) => ({
      path: require.resolve(specifier.replace(/\?text$/, ''), { paths: [resolveDir] }),
      namespace: 'text',
    }));
    build.onLoad({ filter: /./, namespace: 'text' }, async ({ path: file }) => ({
      contents: await readFile(file, 'utf8'),
      loader: 'text',
      watchFiles: [file],
    }));
  },
};

const shared = {
  bundle: true,
  outdir: 'dist',
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'warning',
  // The licenses are in the file with the notices.
  legalComments: 'none',
  metafile: true,
};

const extension = {
  ...shared,
  entryPoints: ['src/extension.ts'],
  platform: 'node',
  // Each dynamic import begins a chunk. Modules that several chunks need are in a chunk of their own: none is loaded twice.
  format: 'esm',
  splitting: true,
  chunkNames: '[name]-[hash]',
  target: 'node22',
  external: ['vscode'],
  sourcemap: production ? false : 'inline',
  plugins: [requestsOnly, textFiles],
};

/**
 * Writes the chunks as CommonJS. esbuild shares modules between chunks only when it makes ES modules, but VS Code takes
 * several milliseconds longer to load an ES module: it asks another thread where each import leads.
 */
const commonJS = {
  name: 'common-js',
  setup(build) {
    Object.assign(build.initialOptions, { write: false });
    build.onEnd(async ({ outputFiles = [], metafile }) => {
      await mkdir('dist', { recursive: true });
      const chunks = new Map(outputFiles.map(({ path: file, text }) => [path.basename(file), requireVSCode(text)]));
      const isHelper = (name) => {
        const { entryPoint, inputs } = metafile.outputs[`dist/${name}`];
        return !entryPoint && Object.keys(inputs).length === 0;
      };
      const importedByEntry = [...(chunks.get(entry)?.matchAll(/["']\.\/(chunk-\w+\.js)["']/g) ?? [])];
      const inEntry = importedByEntry.map(([, name]) => name).filter((name) => !isHelper(name));
      if (inEntry.length > 1) {
        throw new Error(
          'Exports with the same short name in two chunks of the entry would be lost. Import one of them less.',
        );
      }
      const written = [...chunks.keys()].filter((name) => !isHelper(name) && !inEntry.includes(name));
      await Promise.all(
        written.map(async (name) => writeFile(`dist/${name}`, await toCommonJS({ name, chunks, inEntry, isHelper }))),
      );
    });
  },
};

/** The file that VS Code loads at startup. */
const entry = 'extension.js';

/** A namespace would be a copy of the hundreds of properties of VS Code's API, one for each module that imports it. */
function requireVSCode(source) {
  const text = source.replace(/\bimport\s*\*\s*as ([\w$]+)\s*from\s*"vscode"/g, 'const $1 = require("vscode")');
  if (/\bfrom\s*["']vscode["']/.test(text)) {
    throw new Error('esbuild writes the imports of "vscode" in another form than esbuild.js replaces.');
  }
  return text;
}

/**
 * Moves the chunks that the entry imports into the entry, and makes all other files import them from there. Each
 * additional file that VS Code loads at startup takes about 0.3 ms.
 * @param inEntry names of these chunks
 * @param isHelper whether a chunk contains no module, only esbuild's helper functions, which are copied into each file
 */
async function toCommonJS({ name, chunks, inEntry, isHelper }) {
  const isEntry = name === entry;
  const resolveChunks = {
    name: 'resolve-chunks',
    setup(build) {
      build.onResolve({ filter: /^\.\// }, ({ path: imported, kind }) => {
        const chunk = imported.slice('./'.length);
        if (kind !== 'dynamic-import' && (isEntry || isHelper(chunk))) return { path: chunk, namespace: 'chunk' };
        return { path: inEntry.includes(chunk) ? `./${entry}` : imported, external: true };
      });
      build.onLoad({ filter: /./, namespace: 'chunk' }, ({ path: chunk }) => ({ contents: chunks.get(chunk) }));
    },
  };
  const { platform, target, minify, sourcemap, logLevel } = extension;
  const { outputFiles } = await esbuild.build({
    stdin: {
      contents: isEntry ? [entry, ...inEntry].map((part) => `export * from './${part}';`).join('\n') : chunks.get(name),
    },
    bundle: true,
    write: false,
    outfile: `dist/${name}`,
    external: ['vscode'],
    plugins: [resolveChunks],
    platform,
    target,
    minify,
    sourcemap,
    logLevel,
    format: isEntry ? 'esm' : 'cjs',
    supported: { 'dynamic-import': isEntry },
  });
  return isEntry ? exportPlainly(outputFiles[0].text) : outputFiles[0].text;
}

/** esbuild's own CommonJS defines a getter for each export and copies them, which takes 0.4 ms of the entry's time. */
function exportPlainly(source) {
  if (!/\bexport\s*\{/.test(source)) throw new Error('esbuild has written no export statement.');
  const properties = (names) => names.replace(/([\w$]+) as ([\w$]+)/g, '$2:$1');
  return source
    .replace(/\bimport\(("\.\/[^"]+")\)/g, 'Promise.resolve().then(() => require($1))')
    .replace(/\bexport\s*\{([^}]*)\}/, (statement, names) => `module.exports={${properties(names)}}`);
}

/**
 * Importing `x?worker` gives the bundled script of the module `x` as text. A webview can't start a worker from a file
 * of the extension: https://code.visualstudio.com/api/extension-guides/webview#using-web-workers
 */
const workerText = {
  name: 'worker-text',
  setup(build) {
    build.onResolve({ filter: /\?worker$/ }, ({ path: specifier, resolveDir }) => ({
      path: path.resolve(resolveDir, specifier.replace(/\?worker$/, '.ts')),
      namespace: 'worker-text',
    }));
    build.onLoad({ filter: /./, namespace: 'worker-text' }, async ({ path: file }) => {
      const { outputFiles, metafile } = await esbuild.build({
        ...shared,
        ...page,
        entryPoints: [file],
        sourcemap: false,
        write: false,
      });
      addPackages(metafile);
      const watchFiles = Object.keys(metafile.inputs).map((input) => path.resolve(input));
      return { contents: outputFiles[0].text, loader: 'text', watchFiles };
    });
  },
};

/** Folders of the packages whose modules are bundled. */
const packages = new Set();

function addPackages({ inputs }) {
  for (const file of Object.keys(inputs)) {
    // The namespace of a text file, which ends in a colon, precedes its path.
    const folder = /[^:]*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file.replaceAll('\\', '/'))?.[0];
    if (folder !== undefined) packages.add(folder);
  }
}

/** Data from elsewhere that the extension contains, under the same license text as the extension itself. */
const dataSources = [{ name: 'models.dev (facts about models)', copyright: 'Copyright (c) 2025 models.dev' }];

/** Returns the licenses of the bundled packages and data. Each text is included once, after all names it applies to. */
function notices() {
  const namesByText = new Map();
  const add = (name, text) => namesByText.set(text, [...(namesByText.get(text) ?? []), name]);
  for (const folder of [...packages].sort()) {
    const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    // Code from elsewhere within a package has its license in a subfolder.
    const files = readdirSync(folder, { recursive: true })
      .filter((file) => /^(?!.*node_modules).*\b(licen[cs]e|notice)(-mit)?(\.(md|txt))?$/i.test(file))
      .sort();
    if (!files.some((file) => path.dirname(file) === '.')) throw new Error(`The package ${name} has no license file.`);
    const texts = files.map((file) => readFileSync(path.join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim());
    add(`${name} ${version} (${license})`, texts.join('\n\n'));
  }
  const ownLicense = readFileSync('LICENSE', 'utf8').trim();
  for (const { name, copyright } of dataSources) add(`${name} (MIT)`, ownLicense.replace(/^Copyright.*$/m, copyright));
  const sections = [...namesByText].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`);
  const line = `\n${'='.repeat(80)}\n\n`;
  return ['HolySheep Prompt contains code and data of these projects.\n', ...sections].join(line);
}

const page = { platform: 'browser', format: 'iife', target: 'chrome128' };

const pages = {
  ...shared,
  ...page,
  entryPoints: {
    webview: 'src/webview/main.ts',
    health: 'src/webview/health/healthMain.ts',
    math: 'src/webview/markdown/math/mathMain.ts',
  },
  plugins: [textFiles, workerText],
};

const targets = [{ ...extension, plugins: [...extension.plugins, commonJS] }, pages];

/** Prints one pair of lines for all targets together: the problem matcher must not see "finished" too early. */
function watchReporter() {
  const unbuilt = new Set(targets);
  let running = 0;
  return (target) => ({
    name: 'watch-reporter',
    setup(build) {
      build.onStart(() => {
        if (running++ === 0) {
          console.log('[watch] build started');
        }
      });
      build.onEnd(() => {
        unbuilt.delete(target);
        if (--running === 0 && unbuilt.size === 0) {
          console.log('[watch] build finished');
        }
      });
    },
  });
}

function sizes() {
  const size = (name) => `${name} ${(gzipSync(readFileSync(path.join('dist', name))).length / 1024).toFixed(1)} kB`;
  const names = readdirSync('dist').filter((name) => /\.js$/.test(name));
  return `dist, gzipped: ${names.map(size).join(', ')}`;
}

async function main() {
  process.chdir(__dirname);
  rmSync('dist', { recursive: true, force: true });
  if (watch) {
    const reporter = watchReporter();
    for (const target of targets) {
      const context = await esbuild.context({ ...target, plugins: [...(target.plugins ?? []), reporter(target)] });
      await context.watch();
    }
    return;
  }
  const results = await Promise.all(targets.map((target) => esbuild.build(target)));
  if (production) {
    for (const { metafile } of results) addPackages(metafile);
    await writeFile('ThirdPartyNotices.txt', notices());
    console.log(sizes());
  }
}

module.exports = { extension, pages, textFiles };

// A test or a benchmark only wants to know how the extension is built.
if (require.main === module) {
  main().catch((error) => {
    // esbuild has printed the diagnostics of a failed build itself, except for errors after the build.
    if (!error.errors || error.errors.some(({ pluginName }) => pluginName === commonJS.name)) {
      console.error(error);
    }
    process.exitCode = 1;
  });
}
