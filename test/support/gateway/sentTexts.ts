import type { ChatBody } from '../../../src/demo/script';

/** Returns the text of each message in a request. */
export function textsOf(body: ChatBody | undefined): readonly string[] {
  return (body?.messages ?? []).map(({ content }) =>
    typeof content === 'string' ? content : (content ?? []).map(({ text = '' }) => text).join(''),
  );
}
