import type { ExchangeView } from '../protocol';
import { attachmentList } from './attachmentList';
import { element } from './element';
import { iconButton } from './icons';
import type { PanelContext } from './panelContext';
import { createPromptEditor } from './promptEditor';

export interface UserArticle {
  readonly element: HTMLElement;
  /** Adds all that is not needed before it is looked at. */
  complete(): void;
}

/** What the person asked, with what went along; it can be asked anew in other words. */
export function createUserArticle(context: PanelContext, exchange: ExchangeView): UserArticle {
  const { strings, post, announcer } = context;
  const text = element('div', { class: 'prompt-text', 'data-part': 'prompt' }, exchange.prompt);
  const bubble = element('div', { class: 'bubble' }, text);

  const tools = element('div', { class: 'turn-tools' });
  const article = element(
    'article',
    { class: 'turn you', 'aria-label': strings.you, tabindex: '-1' },
    element('header', { class: 'turn-head' }, element('span', { class: 'turn-name' }, strings.you)),
    bubble,
    tools,
  );

  const edit = (button: HTMLElement): void => {
    const end = (): void => {
      editor.element.replaceWith(text);
      tools.hidden = false;
      article.classList.remove('editing');
    };
    const editor = createPromptEditor(strings, {
      text: exchange.prompt,
      onResend: (prompt) => {
        end();
        post({ type: 'edit', exchangeId: exchange.id, prompt });
        context.focusComposer();
      },
      onCancel: () => {
        end();
        button.focus();
      },
    });
    article.classList.add('editing');
    tools.hidden = true;
    text.replaceWith(editor.element);
    editor.focus();
  };

  return {
    element: article,
    complete: () => {
      const editButton = iconButton(strings.editPrompt, 'edit', () => edit(editButton));
      const copyButton = iconButton(strings.copyPrompt, 'copy', () => {
        post({ type: 'copy', text: exchange.prompt });
        announcer.say(strings.copied);
      });
      tools.append(editButton, copyButton);
      if (exchange.attachments.length > 0) bubble.append(attachmentList(context, exchange.attachments));
    },
  };
}
