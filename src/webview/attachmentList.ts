import type { Attachment, ContextKind } from '../protocol';
import { element } from './element';
import type { PanelContext } from './panelContext';

/** What went along with a prompt: each closed, with its size, and all of its text inside. */
export function attachmentList(context: PanelContext, attachments: readonly Attachment[]): HTMLElement {
  return element('ul', { class: 'attachments' }, ...attachments.map((each) => attachmentItem(context, each)));
}

function attachmentItem(context: PanelContext, attachment: Attachment): HTMLElement {
  const code = element('code', { 'data-language': attachment.languageId }, attachment.code);
  return element(
    'li',
    {},
    element(
      'details',
      { class: 'attachment' },
      element(
        'summary',
        {},
        element('span', { class: 'attachment-label' }, attachment.label),
        ' ',
        element('span', { class: 'attachment-facts' }, facts(context, attachment).join(' · ')),
      ),
      // A scrollable region must be reachable by keyboard.
      element('pre', { tabindex: '0' }, code),
    ),
  );
}

function facts({ strings, format }: PanelContext, { kind = 'selection', code, truncated }: Attachment): string[] {
  const kinds: Readonly<Record<ContextKind, string>> = {
    selection: strings.attachmentSelection,
    file: strings.attachmentFile,
    problems: strings.attachmentProblems,
  };
  const lines = code.replace(/\n$/, '').split('\n').length;
  const size = format.plural(lines, strings.attachmentLine, strings.attachmentLines);
  return [kinds[kind], size, ...(truncated ? [strings.attachmentTruncated] : [])];
}
