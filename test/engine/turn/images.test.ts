import assert from 'node:assert/strict';
import type { ChatRequest } from '../../../src/engine/request';
import { EngineRun } from '../../support/engineRun';
import { answering, cutAfter, status } from '../../support/scriptedFetch';

const prompt = { type: 'text', text: 'What is this?' } as const;
const withImage: Partial<ChatRequest> = {
  messages: [{ role: 'user', content: [{ type: 'image', mimeType: 'image/png', data: 'aGk=' }, prompt] }],
};
const refusal = status(400, { error: { message: 'This model does not support image input.' } });

describe('turn whose prompt has an image', () => {
  it('sends the image before the text, in every attempt', async () => {
    const replies = [status(503), cutAfter('A '), answering('dot.')];
    const run = await new EngineRun({ replies, request: withImage }).toEnd();
    const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' } };
    const sent = run.wire.requests.map(({ body }) => body.messages[0]);
    assert.deepEqual(
      sent,
      Array.from({ length: 3 }, () => ({ role: 'user', content: [image, prompt] })),
    );
  });

  it('fails with the button Send without images when the gateway refuses the image', async () => {
    const settings = { fallbackModels: ['other'] };
    const run = await new EngineRun({ replies: [refusal, answering('ok')], settings, request: withImage }).toEnd();
    assert.equal(run.of('ended')[0]?.row, 'imagesRefused');
    assert.deepEqual(run.last('failed').actions, ['withoutImages', 'switchModel']);
    assert.equal(run.wire.requests.length, 1);
  });
});

describe('turn without images', () => {
  it('fails without the button Send without images when the gateway says that it does not support images', async () => {
    const run = await new EngineRun({ replies: [refusal] }).toEnd();
    assert.equal(run.of('ended')[0]?.row, 'requestRejected');
    assert.equal(run.last('failed').actions.includes('withoutImages'), false);
  });
});
