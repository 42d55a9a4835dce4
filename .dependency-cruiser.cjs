const engine = '^src/engine/';
const shared = '^src/shared/';
const host = '^src/host/';
const webview = '^src/webview/';
const demo = '^src/demo/';

const only = (name, comment, from, allowed, to = {}) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { pathNot: allowed, ...to },
});

const npm = (...names) => `^node_modules/(@types/)?(${names.join('|')})/`;
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Modules that import each other can only be understood together. Imports of types count, too.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    only('engine', 'The engine knows only the SDK and the parser.', engine, [
      engine,
      npm('openai', 'eventsource-parser'),
    ]),
    only('demo', 'The demo imports only itself and Node.js modules.', demo, [demo], { dependencyTypesNot: ['core'] }),
    only('shared', 'The code that host and webview share contains only types and pure functions.', shared, [
      shared,
      engine,
      npm('valibot'),
    ]),
    only('webview', 'The webview imports only src/shared and its libraries.', webview, [
      webview,
      shared,
      npm('valibot', 'markdown-it', 'lowlight', 'highlight\\.js'),
    ]),
    {
      name: 'host',
      comment: 'The host talks to the webview through the protocol, and leaves the SDK to the engine.',
      severity: 'error',
      from: { path: host },
      to: { path: [webview, '^src/extension\\.ts$', npm('openai', 'markdown-it')] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
