import assert from 'node:assert/strict';
import { PromptDraft } from '../../../src/host/panel/promptDraft';
import type { Attachment } from '../../../src/protocol';

const file: Attachment = { kind: 'file', label: 'a.ts', languageId: 'ts', code: 'const a = 1;' };

function setUp(...attached: Attachment[]) {
  const models: (string | undefined)[] = [];
  const context = { take: () => attached.splice(0) };
  return { draft: new PromptDraft(context, (model) => models.push(model)), models };
}

describe('PromptDraft', () => {
  it('leaves a prompt as it is when nothing lies ready', () => {
    const { draft, models } = setUp();
    assert.deepEqual(draft.complete({ prompt: 'Hi' }), { prompt: 'Hi', model: undefined });
    assert.deepEqual(models, []);
  });

  it('sends the context along once', () => {
    const { draft } = setUp(file);
    const { content, attachments } = draft.complete({ prompt: 'Why?' });
    assert.deepEqual(attachments, [file]);
    assert.match(content ?? '', /^Why\?[^]*const a = 1;/);
    assert.equal(draft.complete({ prompt: 'Why?' }).attachments, undefined);
  });

  it('adds it to what a prompt brings of its own', () => {
    const { draft } = setUp(file);
    const own: Attachment = { label: 'b.ts:1-2', languageId: 'ts', code: 'b' };
    const { content, attachments } = draft.complete({ prompt: 'Explain', content: 'Explain b', attachments: [own] });
    assert.deepEqual(attachments, [own, file]);
    assert.match(content ?? '', /^Explain b\n[^]*const a = 1;/);
  });

  it('takes another model for one prompt, and says when it does and when it is over', () => {
    const { draft, models } = setUp();
    draft.useOnce('deepseek-r1');
    draft.useOnce('deepseek-r1');
    assert.equal(draft.complete({ prompt: 'Hi' }).model, 'deepseek-r1');
    assert.equal(draft.complete({ prompt: 'Hi' }).model, undefined);
    assert.deepEqual(models, ['deepseek-r1', undefined]);
  });

  it('leaves a prompt the model it has', () => {
    const { draft } = setUp();
    draft.useOnce('deepseek-r1');
    assert.equal(draft.complete({ prompt: 'Hi', model: 'demo-steady' }).model, 'demo-steady');
    assert.equal(draft.modelOnce, undefined);
  });
});
