import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { StreamEvent } from '../../../src/engine/events/events';
import { ImageStore } from '../../../src/host/journal/imageStore';
import { imagePath, type PromptImage } from '../../../src/shared/images';
import { openConversation, reopened } from '../../support/host/openedConversation';
import { attempt, done, failed } from '../../support/host/scriptedEngine';
import { pngFile, promptImageOf } from '../../support/images';
import { removeTemporaryFolder, temporaryFolder } from '../../support/temporaryFolder';

const data = pngFile.toString('base64');
const part = { type: 'image', mimeType: 'image/png', data };
const text = (value: string) => ({ type: 'text', text: value });
const note = (name: string): string => `[The image "${name}" is not included.]`;
const refusal: StreamEvent = {
  type: 'ended',
  how: 'request',
  row: 'imagesRefused',
  ms: 1,
  bytes: 0,
  chars: 0,
  attempt: 1,
  at: 0,
};

describe('images in requests', () => {
  let folder: string;
  let images: ImageStore;
  let image: PromptImage;
  beforeEach(async () => {
    folder = temporaryFolder();
    images = new ImageStore(folder);
    image = await images.save(pngFile, { name: 'dot.png', mimeType: 'image/png', width: 1, height: 1 });
  });
  afterEach(() => removeTemporaryFolder(folder));

  const named = (name: string): PromptImage => ({ ...image, name });

  it('precede the text of their prompt, in order', () => {
    const { ask, sentTexts } = openConversation({ images });
    ask({ prompt: 'Compare', images: [named('a.png'), named('b.png')] });
    assert.deepEqual(sentTexts(), [[part, part, text('Compare')]]);
  });

  it('are sent with later prompts, also after the conversation was reopened', () => {
    const { ask, lines } = openConversation({ images });
    ask({ prompt: 'one', images: [image] }, attempt(), done('answer'));
    const later = openConversation({ images, stored: reopened(lines) });
    later.ask('two');
    assert.deepEqual(later.sentTexts(), [[part, text('one')], 'answer', 'two']);
  });

  it('are replaced by notes when their files are missing', () => {
    const { ask, sentTexts } = openConversation({ images });
    ask({ prompt: 'one', images: [image] }, attempt(), done('answer'));
    rmSync(join(folder, imagePath('c', image)));
    ask('two');
    assert.deepEqual(sentTexts(), [`${note('dot.png')}\n\none`, 'answer', 'two']);
  });

  it('are the newest 20 images of the conversation, with notes in place of older images', () => {
    const { ask, sentTexts } = openConversation({ images });
    ask({ prompt: 'one', images: [named('old.png'), named('kept.png')] }, attempt(), done('answer'));
    ask({ prompt: 'two', images: Array.from({ length: 19 }, () => image) });
    const [first, , second] = sentTexts();
    assert.deepEqual(first, [text(note('old.png')), part, text('one')]);
    assert.deepEqual(second, [...Array.from({ length: 19 }, () => part), text('two')]);
  });

  it('have at most 24 million Base64 characters', () => {
    const { ask, sentTexts } = openConversation({ images });
    const large = promptImageOf('large.png', { hash: 'a'.repeat(64), bytes: 17_999_999 });
    ask({ prompt: 'one', images: [image, large] }, attempt(), done('answer'));
    ask({ prompt: 'two', images: [image] });
    const [first, , second] = sentTexts();
    assert.deepEqual(first, `${note('dot.png')}\n\n${note('large.png')}\n\none`);
    assert.deepEqual(second, [part, text('two')]);
  });

  it('are left out when the user retries an answer whose images the gateway has refused', () => {
    const { ask, conversation, sentTexts } = openConversation({ images });
    const id = ask({ prompt: 'one', images: [image] }, attempt('default'), refusal, failed(''));
    conversation.restart(id);
    assert.deepEqual(sentTexts(), [`${note('dot.png')}\n\none`]);
  });

  it('are sent again when the user regenerates the answer, until the user sends the refused prompt without images', () => {
    const { ask, conversation, engine, sentTexts } = openConversation({ images });
    const id = ask({ prompt: 'one', images: [image] }, attempt('default'), refusal, failed(''));
    conversation.regenerate(id);
    assert.deepEqual(sentTexts(), [[part, text('one')]]);
    engine.turn.emit(attempt('default'), refusal, failed(''));
    conversation.restart(id);
    engine.turn.emit(attempt('default'), done('answer'));
    conversation.regenerate(id);
    assert.deepEqual(sentTexts(), [`${note('dot.png')}\n\none`]);
  });

  it('that belong to later prompts are sent to a model that has refused earlier images', () => {
    const { ask, conversation, engine, sentTexts } = openConversation({ images });
    const id = ask({ prompt: 'one', images: [image] }, attempt('default'), refusal, failed(''));
    conversation.restart(id);
    engine.turn.emit(attempt(), done('answer'));
    ask({ prompt: 'two', images: [image] });
    assert.deepEqual(sentTexts(), [`${note('dot.png')}\n\none`, 'answer', [part, text('two')]]);
  });

  it('of earlier prompts are not sent again when the user edits the prompt whose request was refused because of them', () => {
    const { ask, edit, conversation, engine, sentTexts } = openConversation({ images });
    ask({ prompt: 'one', images: [image], models: ['seeing'] }, attempt('seeing'), done('answer'));
    const id = ask('two', attempt('default'), refusal, failed(''));
    edit(id, 'changed');
    assert.deepEqual(sentTexts(), [`${note('dot.png')}\n\none`, 'answer', 'changed']);
    engine.turn.emit(attempt(), done('answer'));
    conversation.deleteExchange(conversation.last!.exchange.id);
    ask('three');
    assert.deepEqual(sentTexts(), [`${note('dot.png')}\n\none`, 'answer', 'three']);
  });

  it('are left out when the user retries a summary for which the gateway has refused them', () => {
    const { ask, conversation, engine, sentTexts } = openConversation({ images });
    const id = ask({ prompt: 'one', images: [image], models: ['seeing'] }, attempt('seeing'), done('answer'));
    const summary = conversation.summarize(id);
    engine.turn.emit(attempt('default'), refusal, failed(''));
    conversation.restart(summary);
    assert.deepEqual(sentTexts().slice(0, 2), [`${note('dot.png')}\n\none`, 'answer']);
  });

  it('are sent to another model after a refusal', () => {
    const { ask, conversation, sentTexts } = openConversation({ images });
    const id = ask({ prompt: 'one', images: [image] }, attempt('default'), refusal, failed(''));
    conversation.switchModel(id, 'seeing');
    assert.deepEqual(sentTexts(), [[part, text('one')]]);
  });

  it('are copied into a branch', () => {
    const original = openConversation({ images });
    const id = original.ask({ prompt: 'one', images: [image] }, attempt(), done('answer'));
    const branch = openConversation({ images });
    branch.conversation.copyTurns(original.conversation, id);
    branch.ask('two');
    assert.deepEqual(branch.sentTexts(), [[part, text('one')], 'answer', 'two']);
  });
});
