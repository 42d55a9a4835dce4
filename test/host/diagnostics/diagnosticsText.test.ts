import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { EngineReport } from '../../../src/engine/engine';
import type { GatewayRef, StreamEvent } from '../../../src/engine/events/events';
import type { LedgerEntry } from '../../../src/engine/state/ledger';
import { KeyRedactor } from '../../../src/engine/gateway/keyRedactor';
import { emptyLedger, addToLedger } from '../../../src/engine/state/ledger';
import { formatDiagnostics, redactPaths, remoteKind } from '../../../src/host/diagnostics/diagnosticsText';
import { createErrorRecord } from '../../../src/host/util/errorRecord';
import { attempt, done, failed, reasoning, text, waiting } from '../../support/host/scriptedEngine';
import { rowsOf } from '../../support/valuesOf';

interface PrintedReport {
  readonly turns: readonly {
    readonly time: string;
    readonly attempts: readonly (Omit<LedgerEntry, 'headers'> & {
      readonly status?: number;
      readonly headersMs?: number;
    })[];
  }[];
}

const key = 'hsa-key-0123456789';
const secretText = 'text of the prompt or the answer';

const events: readonly StreamEvent[] = [
  attempt('gpt-4o'),
  { type: 'headers', status: 429, requestId: `req-${key}`, ms: 120, attempt: 1, at: 1 },
  { type: 'ended', how: 'rate-limit', row: 'rateLimited', ms: 130, bytes: 40, chars: 0, attempt: 1, at: 2 },
  { ...waiting, message: secretText, detail: secretText, hintMs: 4000, hintFrom: 'retry-after' } as StreamEvent,
  { ...attempt('/home/somebody/models/llama.gguf', 2), at: 100, time: 1000 } as StreamEvent,
  reasoning(secretText),
  text(secretText),
  { type: 'tool-call', index: 0, name: secretText, arguments: secretText, attempt: 2, at: 3 },
  failed(secretText),
  done(secretText),
];
const attempts = events.reduce(addToLedger, emptyLedger).entries;
const engine: EngineReport = {
  turns: [{ time: 500, host: 'api.holysheep.ai', outcome: 'done', attempts, waits: [] }],
  gateways: [],
};

const diagnostics = {
  time: 0,
  host: { extension: '1.2.3', language: 'zh-cn' },
  settings: {
    origin: 'https://api.holysheep.ai',
    temperature: 0.7,
    model: 'C:\\Users\\somebody\\qwen.gguf',
    fallbackModels: ['Qwen/Qwen2.5', '~/models/a.gguf'],
  },
  engine,
  errors: [createErrorRecord(Object.assign(new Error(secretText), { code: 'ENOSPC' }), 1000, __dirname)],
};

const labelOf = ({ label }: GatewayRef): string => label;

describe('diagnostics report', () => {
  const report = formatDiagnostics(diagnostics, labelOf, (value) => new KeyRedactor([key]).redact(value));
  const { settings, turns, host, time } = JSON.parse(report) as typeof diagnostics & PrintedReport;

  it('contains versions, settings, attempts and waits', () => {
    assert.deepEqual([time, host.extension, host.language], ['1970-01-01T00:00:00.000Z', '1.2.3', 'zh-cn']);
    const [first, second] = turns[0]!.attempts;
    assert.deepEqual([first?.status, first?.end?.how, first?.end?.row], [429, 'rate-limit', 'rateLimited']);
    assert.deepEqual(second?.waits, [
      {
        at: 2,
        source: 'backoff',
        reason: 'rate-limit',
        delayMs: 4000,
        hintMs: 4000,
        hintFrom: 'retry-after',
        waitedMs: 98,
      },
    ]);
  });

  it('formats times as ISO dates', () => {
    const [first, second] = turns[0]!.attempts;
    assert.deepEqual(
      [turns[0]!.time, first?.time, second?.time],
      ['1970-01-01T00:00:00.500Z', '1970-01-01T00:00:00.000Z', '1970-01-01T00:00:01.000Z'],
    );
    assert.deepEqual([first?.headersMs, first?.end?.ms, second?.at], [120, 130, 100]);
  });

  it('contains no file path, even if a model is named after its file', () => {
    assert.ok(!report.includes('somebody'));
    assert.deepEqual([settings.model, ...settings.fallbackModels], ['…/qwen.gguf', 'Qwen/Qwen2.5', '…/a.gguf']);
    assert.equal(turns[0]!.attempts[1]!.model, '…/llama.gguf');
    assert.equal(settings.origin, 'https://api.holysheep.ai');
  });

  it('contains the class, the code and the time of an error, but not its message', () => {
    const { errors } = JSON.parse(report) as { readonly errors: readonly Record<string, unknown>[] };
    assert.deepEqual(rowsOf(errors, 'time', 'name', 'code'), [['1970-01-01T00:00:01.000Z', 'Error', 'ENOSPC']]);
  });

  it('contains no key, prompt, answer, folder, user name or password', () => {
    const secret = fc.stringMatching(/^[a-z]{12,20}$/);
    const leak = fc.constantFrom(
      (name: string) => `/home/${name}/models/a.gguf`,
      (name: string) => `C:\\Users\\${name}\\a.gguf`,
      (name: string) => `\\\\server\\${name}\\a.gguf`,
      (name: string) => `~${name}/a.gguf`,
      (name: string) => `../../${name}/a.gguf`,
      (name: string) => `file:///home/${name}/a.gguf`,
      (name: string) => `model at /home/x y/${name}/a.gguf`,
      (name: string) => `https://${name}:${name}@host.example/v1`,
      (name: string) => `https://host.example/v1?key=${name}`,
      (name: string) => `hsa-${name}`,
      (name: string) => `Bearer ${name}${name}`,
    );
    fc.assert(
      fc.property(secret, leak, (name, embed) => {
        const leaked = embed(name);
        const problem = new Error(`${leaked}: ${name}\n    at x (${__dirname}/${name}.js:1:2)`, {
          cause: { code: leaked },
        });
        problem.name = leaked;
        const leakingEvents: readonly StreamEvent[] = [
          { ...attempt(leaked), time: 1 } as StreamEvent,
          { type: 'headers', status: 500, requestId: `${name} ${leaked}`, ms: 1, attempt: 1, at: 1 },
          { ...waiting, message: name, detail: name, hintFrom: 'retry-after' } as StreamEvent,
          { ...attempt(leaked, 2), time: 2 } as StreamEvent,
          text(name),
          reasoning(name),
          failed(name),
        ];
        const turn = {
          time: 1,
          host: 'host.example',
          outcome: 'server',
          attempts: leakingEvents.reduce(addToLedger, emptyLedger).entries,
          waits: [],
        };
        const gates = [{ model: leaked, breakerOpen: false, failures: 0 }];
        const gateway = { id: 'https://host.example', isDown: false, tokens: 12, gates };
        const output = formatDiagnostics(
          {
            ...diagnostics,
            settings: { ...diagnostics.settings, model: leaked, fallbackModels: [leaked, leaked] },
            engine: { turns: [turn], gateways: [gateway] },
            errors: [createErrorRecord(problem, 1, __dirname), createErrorRecord(leaked, 1, __dirname)],
          },
          labelOf,
          (value) => new KeyRedactor().redact(value),
        );
        assert.ok(!output.includes(name), output);
      }),
    );
  });
});

describe('redaction of paths, URL credentials and URL queries', () => {
  for (const [text, expected] of [
    ['Qwen/Qwen2.5', 'Qwen/Qwen2.5'],
    ['https://api.holysheep.ai', 'https://api.holysheep.ai'],
    ['http://127.0.0.1:8080/v1/models', 'http://127.0.0.1:8080/v1/models'],
    ['/home/me/models/a.gguf', '…/a.gguf'],
    ['C:\\Users\\me\\a.gguf', '…/a.gguf'],
    ['model=/home/me/a', 'model=…/a'],
    ['https://host.example/v1?key=secret#me', 'https://host.example/v1'],
    ['https://me:se?cret@host.example/v1', 'https://host.example/v1'],
    ['https://me:12?34@host.example/v1', 'https://host.example/v1'],
    ['https://me:s@e?cr@et@host.example', 'https://host.example'],
    ['https://host.example:8080/v1/me@work', 'https://host.example:8080/v1/me@work'],
    ['http://[::1]:8080/v1/me@work', 'http://[::1]:8080/v1/me@work'],
  ] as const) {
    it(`${text === expected ? 'keeps' : 'redacts'} ${text}`, () => {
      assert.equal(redactPaths(text), expected);
    });
  }

  for (const unit of ['a', '/', '../', 'c:\\', 'http://a@', 'a://b:1?@']) {
    it(`does not hang for a million repetitions of ${JSON.stringify(unit)}`, () => {
      const text = unit.repeat(1_000_000);
      assert.ok(redactPaths(text).length <= text.length);
    });
  }
});

describe('kind of a remote window in the diagnostics report', () => {
  for (const [name, kind] of [
    ['ssh-remote', 'ssh-remote'],
    ['build.example.com:8443', 'other'],
    ['ssh-remote+build.example.com', 'other'],
    ['', 'other'],
    [undefined, null],
  ] as const) {
    it(`is ${kind} for the remote name ${JSON.stringify(name)}`, () => assert.equal(remoteKind(name), kind));
  }
});
