// node esbuild.js [--production] [--watch]
const esbuild = require('esbuild');
const { readFileSync, rmSync } = require('node:fs');
const { mkdir, readFile, writeFile } = require('node:fs/promises');
const path = require('node:path');
const { gzipSync } = require('node:zlib');
const { packTokenRanks } = require('./build/tokenRanks.cjs');

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

/** Modules the extension loads when they are first needed, each a file of its own: start-up does not pay for them. */
const lazyChunks = {
  app: 'src/app.ts',
  engine: 'src/core/createEngine.ts',
  sdk: 'src/core/sdk.ts',
  diagnostics: 'src/host/diagnosticsReport.ts',
  history: 'src/host/history/historyActions.ts',
  context: 'src/host/context/contextSource.ts',
  page: 'src/host/panel/loadPage.ts',
  failures: 'src/host/panel/failureActions.ts',
  edits: 'src/host/panel/codeEdits.ts',
  code: 'src/host/commands/askAboutCode.ts',
  prompts: 'src/host/prompts/runOwnPrompt.ts',
  takeAway: 'src/host/takeAway/takeAway.ts',
  keys: 'src/host/commands/keyActions.ts',
  models: 'src/host/modelPick.ts',
  notices: 'src/host/notices/showTurnNotice.ts',
  verification: 'src/host/verification.ts',
  participant: 'src/host/participant/chatParticipant.ts',
  tokens: 'src/host/languageModels/tokenCounter.ts',
  chat: 'src/host/languageModels/modelProvider.ts',
  chatSetup: 'src/host/languageModels/setUpChat.ts',
  demo: 'src/demo/demo.ts',
  faults: 'src/host/demo/faultComposer.ts',
};

/** By the last part of a specifier, e.g. `createEngine`. */
const chunkOf = new Map(Object.entries(lazyChunks).map(([name, file]) => [path.basename(file, '.ts'), `./${name}.js`]));

const lazy = {
  name: 'lazy',
  setup(build) {
    build.onResolve({ filter: /^\.{1,2}\// }, ({ kind, path: specifier }) => {
      const chunk = kind === 'dynamic-import' ? chunkOf.get(path.posix.basename(specifier)) : undefined;
      return chunk ? { path: chunk, external: true } : undefined;
    });
  },
};

/**
 * VS Code's API is an object of hundreds of properties, and a namespace import copies them into each file that has one:
 * 34 copies were most of what activation took. `import =` becomes a plain `require`.
 */
const plainVSCode = {
  name: 'plain-vscode',
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/](host[\\/].*|extension|app)\.ts$/ }, async ({ path: file }) => ({
      contents: (await readFile(file, 'utf8')).replace(
        "import * as vscode from 'vscode';",
        "import vscode = require('vscode');",
      ),
      loader: 'ts',
    }));
  },
};

/**
 * The client of the OpenAI SDK creates an object for every part of the API. The extension uses chat completions only: the
 * other parts become empty classes, which saves a third of a megabyte of code that would be parsed before the first request.
 */
const chatCompletionsOnly = {
  name: 'chat-completions-only',
  setup(build) {
    const resources = path.join('node_modules', 'openai', 'resources') + path.sep;
    build.onLoad({ filter: /[\\/]openai[\\/]resources[\\/]/ }, async ({ path: file }) => {
      const resource = file.slice(file.lastIndexOf(resources) + resources.length);
      if (/^(chat|index|shared)\b/.test(resource)) return undefined;
      const source = await readFile(file, 'utf8');
      const declared = [...source.matchAll(/^export class (\w+)/gm)].map(([, name]) => name);
      const reexported = [...source.matchAll(/^export \{([^}]*)\}/gm)].flatMap(
        ([, names]) => names.match(/\w+/g) ?? [],
      );
      const classes = [...new Set([...declared, ...reexported])].map((name) => `export class ${name} {}`);
      return { contents: classes.join('\n'), loader: 'js' };
    });
  },
};

const shared = {
  bundle: true,
  outdir: 'dist',
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'warning',
};

const node = {
  ...shared,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
  plugins: [lazy, plainVSCode, chatCompletionsOnly],
  // Dynamic imports become `require`, which gives CommonJS chunks their named exports in every host.
  supported: { 'dynamic-import': false },
};

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
        metafile: true,
      });
      const watchFiles = Object.keys(metafile.inputs).map((input) => path.resolve(input));
      return { contents: outputFiles[0].text, loader: 'text', watchFiles };
    });
  },
};

const page = { platform: 'browser', format: 'iife', target: 'chrome128' };

const targets = [
  { ...node, entryPoints: { extension: 'src/extension.ts' } },
  ...Object.entries(lazyChunks).map(([name, file]) => ({ ...node, entryPoints: { [name]: file } })),
  {
    ...shared,
    ...page,
    entryPoints: { webview: 'src/webview/main.ts' },
    plugins: [workerText],
  },
];

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
  const names = targets.map(({ entryPoints }) => `${Object.keys(entryPoints)[0]}.js`);
  return `dist, gzipped: ${names.map(size).join(', ')}`;
}

/** What the `tokens` chunk reads when it first counts. */
async function writeTokenTable() {
  const table = await packTokenRanks();
  await mkdir('dist', { recursive: true });
  await writeFile('dist/tokens.bin', table);
}

async function main() {
  process.chdir(__dirname);
  rmSync('dist', { recursive: true, force: true });
  if (watch) {
    await writeTokenTable();
    const reporter = watchReporter();
    for (const target of targets) {
      const context = await esbuild.context({ ...target, plugins: [...(target.plugins ?? []), reporter(target)] });
      await context.watch();
    }
    return;
  }
  await Promise.all([...targets.map((target) => esbuild.build(target)), writeTokenTable()]);
  if (production) {
    console.log(sizes());
  }
}

module.exports = { lazyChunks };

// A test only wants to know what is built.
if (require.main === module) {
  main().catch((error) => {
    // esbuild has printed the diagnostics of a failed build itself.
    if (!error.errors) {
      console.error(error);
    }
    process.exitCode = 1;
  });
}
