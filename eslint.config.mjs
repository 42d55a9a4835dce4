import tseslint from 'typescript-eslint';

const ambient = (names) => [
  'error',
  ...names.map((name) => ({ name, message: 'Pass it in as a dependency, because this layer must not use globals.' })),
];

export default tseslint.config(
  { ignores: ['dist/', 'out/', 'coverage/', '.vscode-test/', 'node_modules/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './src/webview/tsconfig.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
    },
  },
  {
    // The program that users get when they copy a request.
    files: ['src/host/copyAsCode/programs/*.mjs'],
    languageOptions: { globals: { process: false, console: false, setTimeout: false, clearTimeout: false } },
    rules: { 'no-undef': 'error', 'no-unused-vars': 'error', 'no-unreachable': 'error', 'no-fallthrough': 'error' },
  },
  {
    // The extension host only logs an unhandled rejection; the error boundary also tells the user.
    files: ['src/host/**/*.ts', 'src/extension.ts'],
    // A failed write is reported by the journal itself.
    ignores: ['src/host/{conversation,journal}/**'],
    rules: { '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: false, checkThenables: true }] },
  },
  {
    files: ['src/host/**/*.ts', 'src/extension.ts'],
    ignores: ['src/host/ui/notifications.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...[
          'showInformationMessage',
          'showWarningMessage',
          'showErrorMessage',
          'showInputBox',
          'setStatusBarMessage',
          'withProgress',
        ].map((property) => ({
          property,
          message: 'Use src/host/ui/notifications.ts, which escapes links and icons.',
        })),
      ],
    },
  },
  {
    files: ['src/engine/**/*.ts'],
    rules: {
      'no-restricted-globals': ambient([
        'fetch',
        'setTimeout',
        'clearTimeout',
        'globalThis',
        'process',
        'setInterval',
        'setImmediate',
        'performance',
        'document',
        'window',
      ]),
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Use the clock that is passed in.' },
        { object: 'Math', property: 'random', message: 'Use the random numbers that are passed in.' },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off', '@typescript-eslint/no-unused-expressions': 'off' },
  },
);
