import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { answerTo } from '../../src/demo/answers/demoAnswer';
import { chinese, english, type DemoTexts } from '../../src/demo/answers/demoTexts';
import { demoModels } from '../../src/demo/scenarios';
import { faultTable } from '../../src/engine/faults/faultTable';
import { faultAdvice } from '../../src/host/ui/faultAdvice';
import { panelStrings } from '../../src/shared/panelStrings';

const root = resolve(__dirname, '../..');

/** Returns the string literals that a file passes to `l10n.t` or `localize`. Other messages come from the tables below. */
function literalsOf(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const literals: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /(^|\.)(l10n\.t|localize)$/.test(node.expression.getText(source))) {
      const [message] = node.arguments;
      if (message && ts.isStringLiteralLike(message)) literals.push(message.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return literals;
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(root, folder, name));
}

/** All messages that users can read, except those of the manifest. */
const messages = new Set([
  ...sources('src/host').flatMap(literalsOf),
  ...sources('src/engine').flatMap(literalsOf),
  ...literalsOf(join(root, 'src/extension.ts')),
  ...Object.values(panelStrings),
  ...Object.values(faultTable).flatMap(({ message, limit }) => [message, limit?.messageWithTime ?? '']),
  ...Object.values(faultAdvice).flatMap(({ cause, remedy }) => [cause, remedy]),
  ...demoModels.flatMap(({ title, prompt, description = '' }) => [title, prompt, description]),
]);
// Removes the empty message: most rows of the fault table have no message with a time, and some models no description.
messages.delete('');

const bundle = JSON.parse(readFileSync(join(root, 'l10n/bundle.l10n.zh-cn.json'), 'utf8')) as Record<string, string>;
const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort();

describe('Chinese translations', () => {
  it('exist for every message', () => {
    assert.deepEqual(
      [...messages].filter((message) => !(message in bundle)),
      [],
    );
  });

  it('contain no message that the extension does not use', () => {
    assert.deepEqual(
      Object.keys(bundle).filter((message) => !messages.has(message)),
      [],
    );
  });

  it('have the same placeholders as the English message', () => {
    for (const [message, translation] of Object.entries(bundle)) {
      assert.deepEqual(placeholders(translation), placeholders(message), message);
    }
  });

  it('differ from the English message', () => {
    const untranslated = Object.entries(bundle).filter(
      ([message, text]) => text === message && /[a-z]{4}/.test(message),
    );
    const messages = untranslated.map(([message]) => message);
    assert.deepEqual(messages, []);
  });

  for (const { id, prompt } of demoModels) {
    it(`lead to a Chinese answer on the same topic for the prompt of ${id}`, () => {
      const topic = topicOf(prompt, english);
      assert.notEqual(topic, undefined);
      assert.equal(topicOf(bundle[prompt] ?? '', chinese), topic);
    });
  }
});

/** Returns the topic of the demo's answer to a prompt, or undefined when the answer is in another language. */
function topicOf(prompt: string, texts: DemoTexts): string | undefined {
  const answer = answerTo(prompt, 'overview');
  return Object.entries(texts).find(([, text]) => text === answer)?.[0];
}
