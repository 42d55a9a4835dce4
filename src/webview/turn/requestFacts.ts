import { button, element } from '../util/element';
import { fill } from '../util/format';
import type { PageContext } from '../pageContext';

interface Answered {
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
}

/** What the gateway's support asks for. */
export function requestFacts(context: PageContext, { status, requestId }: Answered, alive: boolean): HTMLElement[] {
  const { strings } = context;
  const lines: HTMLElement[] = [];
  if (status !== undefined) lines.push(element('p', {}, fill(strings.statusCode, String(status))));
  if (requestId) {
    const line = element('p', {}, element('span', {}, fill(strings.requestId, requestId)));
    if (alive) line.append(copyButton(context, requestId));
    lines.push(line);
  }
  return lines;
}

function copyButton({ strings, post, announcer }: PageContext, requestId: string): HTMLButtonElement {
  const copy = button(strings.copy, 'quiet', () => {
    post({ type: 'copy', text: requestId });
    announcer.say(strings.copied);
  });
  copy.setAttribute('aria-label', strings.copyRequestId);
  return copy;
}
