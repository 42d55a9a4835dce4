import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { languageIds, languages } from '../../../src/host/copyAsCode/codeLanguages';
import type { ExportedRequest } from '../../../src/host/copyAsCode/exportedRequest';
import { nodeProgram } from '../../../src/host/copyAsCode/nodeProgram';
import { pythonProgram } from '../../../src/host/copyAsCode/pythonProgram';
import { defaultBaseUrl, defaultModel } from '../../../src/host/settings/settingValues';
import { hostileTexts, exportedRequestOf } from '../../support/copyAsCode/exportedRequests';
import { hasCurl, python, shells } from '../../support/copyAsCode/programs';
import { root } from '../../support/paths';
import { propertyRuns } from '../../support/propertyRuns';
import { temporaryFolder } from '../../support/temporaryFolder';

/** So many requests go to a program at once: starting it is what takes time. */
const batch = 250;

const hostileText = fc.string({
  unit: fc.oneof(fc.constantFrom(...hostileTexts), fc.string({ unit: 'binary', maxLength: 3 })),
  maxLength: 12,
});

const hostileRequest = fc
  .record({
    model: hostileText,
    messages: fc.array(
      fc.record({ role: fc.constantFrom('system', 'user', 'assistant'), content: hostileText } as const),
      { minLength: 1, maxLength: 4 },
    ),
    temperature: fc.constantFrom(undefined, 0, 0.7, 2),
    maxTokens: fc.constantFrom(undefined, 1, 1_000_000),
  })
  .map(exportedRequestOf);

const hostileRequests = fc.array(hostileRequest, { minLength: batch, maxLength: batch, size: 'max' });

/** As the gateway is to see it. */
function bodyOf({ model, messages, temperature, maxTokens }: ExportedRequest): unknown {
  const body = {
    model: model.toWellFormed(),
    messages: messages.map(({ role, content }) => ({ role, content: content.toWellFormed() })),
    temperature,
    max_tokens: maxTokens,
    stream: true,
  };
  return JSON.parse(JSON.stringify(body));
}

/** Runs a script and reads what it prints. */
function output(program: string, script: string): string {
  const file = join(temporaryFolder(), 'script');
  writeFileSync(file, script);
  const env = { ...process.env, HOLYSHEEP_API_KEY: 'hsa-1' };
  const { stdout, stderr, status } = spawnSync(program, [file], { encoding: 'utf8', env, maxBuffer: 1 << 28 });
  assert.equal(status, 0, stderr);
  return stdout;
}

type Reader = (requests: readonly ExportedRequest[]) => readonly unknown[];

/** The lines of a program that say what is asked, without those that ask. */
function factsOf(code: string, program: string): string {
  assert.ok(code.endsWith(program));
  return code.slice(0, -program.length);
}

const readNode: Reader = (requests) => {
  const blocks = requests.map(
    (request) => `{\n${factsOf(languages.node.write(request), nodeProgram)}all.push(request);\n}`,
  );
  return JSON.parse(
    runInNewContext(`const all = [];\n${blocks.join('\n')}\nJSON.stringify(all);`) as string,
  ) as unknown[];
};

const readPython: Reader = (requests) => {
  const blocks = requests.map(
    (request) => `${factsOf(languages.python.write(request), pythonProgram)}ALL.append(REQUEST)`,
  );
  const script = `ALL = []\n${blocks.join('\n')}\nimport json\nprint(json.dumps(ALL))\n`;
  return JSON.parse(output(python!, script)) as unknown[];
};

/** Replaces `curl` with a function that prints its body and a NUL, and `sed` with one that changes nothing. */
const readShell =
  (shell: string): Reader =>
  (requests) => {
    const codes = requests.map((request) => languages.curl.write(request));
    const said = output(
      shell,
      `curl() { cat >/dev/null; cat <&3; printf '\\0'; }\nsed() { cat; }\n${codes.join('\n')}`,
    );
    return said
      .split('\0')
      .slice(0, -1)
      .map((text) => JSON.parse(text) as unknown);
  };

function asksWhatWasAsked(read: Reader, runs: number): void {
  fc.assert(
    fc.property(hostileRequests, (requests) => {
      assert.deepEqual(read(requests), requests.map(bodyOf));
    }),
    // A batch that fails holds what it fails by: looking for a smaller one would start hundreds of programs.
    { numRuns: Math.ceil(runs / batch), endOnFailure: true },
  );
}

describe('copied code', () => {
  it('asks in JavaScript what was asked, whatever that is', () => asksWhatWasAsked(readNode, propertyRuns));

  it('asks in Python what was asked, whatever that is', function () {
    if (python === undefined) this.skip();
    asksWhatWasAsked(readPython, propertyRuns);
  });

  for (const shell of ['sh', 'bash', 'zsh']) {
    it(`asks in ${shell} what was asked, whatever that is`, function () {
      if (!shells().includes(shell)) this.skip();
      asksWhatWasAsked(readShell(shell), propertyRuns);
    });
  }

  it('takes a text of any length', () => {
    const request = exportedRequestOf({ messages: [{ role: 'user', content: "let x = 'y';\n".repeat(30_000) }] });
    assert.deepEqual(readNode([request]), [bodyOf(request)]);
    if (python !== undefined) assert.deepEqual(readPython([request]), [bodyOf(request)]);
    if (shells().includes('sh')) assert.deepEqual(readShell('sh')([request]), [bodyOf(request)]);
  });

  it('has an address in which a shell, and curl, find nothing of their own', function () {
    if (!hasCurl) this.skip();
    const baseUrl = "http://127.0.0.1:9/it's/[a]/$(id)/!x";
    const code = languages.curl.write(exportedRequestOf({ baseUrl }));
    const [shell = 'sh'] = shells();
    const said = output(shell, `curl() { cat >/dev/null; cat <&3 >/dev/null; printf '%s\\n' "$@"; }\n${code}`);
    assert.ok(said.startsWith(`${baseUrl}/chat/completions\n`), said);
    assert.ok(said.includes('--globoff'));
  });

  for (const id of languageIds) {
    it(`names the key and never has one: ${languages[id].label}`, () => {
      const code = languages[id].write(exportedRequestOf());
      assert.match(code, /HOLYSHEEP_API_KEY/);
      assert.doesNotMatch(code, /hsa-/);
    });
  }

  it('has no line of its own that a request could end: the model is in a literal alone', () => {
    const model = 'x\nimport os; # coding: rot13';
    for (const id of languageIds) {
      const code = languages[id].write(exportedRequestOf({ model }));
      assert.equal(code.split('import os;').length, 2);
      assert.match(code, /x\\nimport os;/);
    }
  });

  it('says in a program that the demo was asked, and not otherwise', () => {
    for (const id of ['python', 'node'] as const) {
      assert.match(languages[id].write(exportedRequestOf({ fromDemo: true })), /Copied from the offline demo/);
      assert.doesNotMatch(languages[id].write(exportedRequestOf()), /demo/);
    }
  });

  it('writes the cURL example of docs/copy-as-code.md', () => {
    const messages = [{ role: 'user', content: 'Why do clients add jitter?' }] as const;
    const retry = { ...exportedRequestOf().retry, maxRetries: 5 };
    const request = exportedRequestOf({ baseUrl: defaultBaseUrl, model: defaultModel, messages, retry });
    assert.ok(
      readFileSync(join(root, 'docs/copy-as-code.md'), 'utf8').includes(
        `\`\`\`sh\n${languages.curl.write(request)}\`\`\`\n`,
      ),
    );
  });

  it('retries in a shell as often as the settings say, and waits no longer', () => {
    assert.match(languages.curl.write(exportedRequestOf()), / --retry 3 --retry-max-time 300 /);
    const { retry } = exportedRequestOf();
    const never = languages.curl.write(exportedRequestOf({ retry: { ...retry, maxRetries: 0 } }));
    assert.doesNotMatch(never, /--retry/);
  });
});
