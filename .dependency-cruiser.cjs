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

/** The folders of each floor in their order: a folder imports only folders that stand before it. */
const folderOrder = {
  engine: ['events', 'models', 'state', 'text', 'gateway', 'faults', 'gate', 'http', 'retry', 'turn'],
  host: [
    ['util', 'ui', 'settings', 'engine', 'connection', 'health', 'models', 'gateways'],
    ['journal', 'conversation', 'demo'],
    ['code', 'context', 'copyAsCode', 'schedule', 'panel', 'status', 'prompts', 'history', 'chat', 'diagnostics'],
    ['walkthrough'],
  ].flat(),
  webview: ['util', 'state', 'markdown', 'timeline', 'health', 'composer', 'turn', 'a11y', 'conversation'],
};

/** Rules that forbid each folder of a floor to import a later folder, or one that has no place in the order yet. */
const folderRules = Object.entries(folderOrder).flatMap(([floor, folders]) =>
  folders.map((folder, index) => ({
    name: `${floor}-${folder}`,
    comment: `src/${floor}/${folder} imports only the folders of src/${floor} that stand before it in the order.`,
    severity: 'error',
    from: { path: `^src/${floor}/${folder}/` },
    to: { path: `^src/${floor}/[^/]+/`, pathNot: `^src/${floor}/(${folders.slice(0, index + 1).join('|')})/` },
  })),
);

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
    ...folderRules,
    only('engine', 'The engine knows only the SDK.', engine, [engine, npm('openai', 'valibot')]),
    {
      name: 'event-schemas',
      comment: 'Only the schemas of events use valibot at run time, so that it stays out of the page and of startup.',
      severity: 'error',
      from: { path: engine, pathNot: '^src/engine/events/schemas\\.ts$' },
      to: { path: npm('valibot'), dependencyTypesNot: ['type-only'] },
    },
    only('demo', 'The demo imports only itself and Node.js modules.', demo, [demo], { dependencyTypesNot: ['core'] }),
    only('shared', 'The code that host and webview share contains only types and pure functions.', shared, [
      shared,
      engine,
      npm('valibot', 'image-size'),
    ]),
    only('webview', 'The webview imports only src/shared and its libraries.', webview, [
      webview,
      shared,
      npm('valibot', 'markdown-it', 'temml', 'lowlight', 'highlight\\.js', '@vscode/codicons'),
    ]),
    {
      name: 'host',
      comment: 'The host talks to the webview through the protocol, and leaves the SDK to the engine.',
      severity: 'error',
      from: { path: host, pathNot: '/programs/' },
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
