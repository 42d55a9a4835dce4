import { fillTemplate } from '../../shared/format';
import type { ConnectionView, DraftContext } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import type { Prefilled, Unsent } from '../../shared/unsent';
import { closestElement, element, iconButton, isComposing } from '../util/element';
import { createContextChips } from './contextChips';
import { addDropTarget, addPasteTarget } from './dropTarget';
import { ImageIntake } from './imageIntake';
import { createSuggestionPopup } from './suggestionPopup';
import { createContextRing } from './contextRing';
import { createEffortChoice } from './effortChoice';
import { createMenu, type MenuItem } from '../util/menu';
import { createModelChoice, withKeys } from './modelChoice';
import { PrefilledPrompts, PromptHistory, recallPrompt } from './promptRecall';

/** Text between two prompts when several unconfirmed prompts are joined into one draft. */
const promptSeparator = '\n\n';

/** Creates the composer: the text field for the next prompt, its context items and its buttons. */
export function createComposer(context: PageContext, onStop: () => void) {
  const { strings, post, onLocalChange } = context;
  const history = new PromptHistory();
  const prefilledPrompts = new PrefilledPrompts();
  const images = new ImageIntake(post, (isBusy) => {
    attachButton.ariaBusy = String(isBusy);
  });
  /**
   * Sent prompts that the extension host has not confirmed yet. They must not be lost if the page is closed or the
   * extension host stops.
   */
  let pending: readonly string[] = [];
  /**
   * Sent prompts that have become the draft again, because the page was reloaded before the host confirmed them. The
   * host might still receive these prompts.
   */
  let returned: readonly string[] = [];
  let contextIds: readonly string[] = [];
  let isStoppable = false;

  const input = element('textarea', {
    'aria-label': strings.prompt,
    placeholder: strings.promptPlaceholder,
    rows: '1',
    spellcheck: 'false',
    dir: 'auto',
  });
  const placeholder = element('div.composer-placeholder', { 'aria-hidden': 'true' }, strings.promptPlaceholder);
  const field = element('div.composer-field', input, placeholder);
  const draft = (): string => input.value.trim();
  /** Returns the draft for a message to the host, with the data of its prefilled prompts. */
  const readDraft = () => {
    const prompt = draft();
    return { prompt, more: prefilledPrompts.payloadFor(prompt) };
  };
  const focus = (): void => context.moveFocus(input);

  /**
   * Asks the host to show the list of models. The message contains the draft, because the user can compare several
   * models with the draft. The draft remains in the composer until the host has received it as a prompt.
   */
  const selectModel = (): void => post({ type: 'selectModel', ...readDraft() });

  /**
   * Asks the host to send the draft to several models. As in `selectModel`, the draft remains in the composer.
   * @param models undefined if the user chooses the models
   */
  const compare = (models?: readonly string[]): void =>
    afterScaling(() => post({ type: 'comparePrompt', ...readDraft(), models }));

  /**
   * Calls a function that sends the prompt, after the images of the prompt have been scaled and sent. If an image is
   * refused, the prompt stays in the composer, because without the image, the user might not want to send it.
   */
  const afterScaling = (sendPrompt: () => void): void => {
    if (!images.isBusy) sendPrompt();
    else void images.waitUntilSent().then((areAttached) => areAttached && afterScaling(sendPrompt));
  };

  const submit = (): void => afterScaling(send);

  const send = (): void => {
    const message = { type: 'send', ...readDraft() } as const;
    const { prompt } = message;
    if (prompt === '') return;
    history.add(prompt);
    addPending(prompt);
    setInput('');
    onLocalChange();
    post(message);
    context.followEnd();
  };

  const sendButton = iconButton(strings.send, 'send', submit);
  const stopButton = iconButton(strings.stop, 'stopCircle', ({ detail }) => {
    // *Stop* appears in the place of *Send*, so the second click of a double click on *Send* reaches *Stop*. The second
    // click is ignored.
    if (detail <= 1) onStop();
  });
  const attachButton = iconButton(strings.attachContext, 'attach', () => popup.open());
  attachButton.ariaHasPopup = 'listbox';
  attachButton.title = withKeys(strings, strings.attachContext, '/');
  const model = createModelChoice(context, selectModel);
  const effort = createEffortChoice(context);
  const ring = createContextRing(context);
  const chips = createContextChips(context, images, { onEmptied: focus, onSwitchModel: selectModel });
  const popup = createSuggestionPopup(context, input, submit);
  const choices = [model.element, model.badge, ...effort.elements];
  const sendItems = (): readonly MenuItem[] => {
    const { compared } = context.recentModels();
    return [
      { caption: isStoppable ? strings.sendNextTooltip : strings.sendItem, choose: submit },
      { caption: strings.compareModels, choose: () => compare() },
      ...(compared.length > 0
        ? [{ caption: fillTemplate(strings.compareNamed, compared.join(' · ')), choose: () => compare(compared) }]
        : []),
    ];
  };
  const sendArrow = iconButton(strings.moreSendOptions, 'chevronDown');
  sendArrow.classList.add('send-arrow');
  stopButton.classList.add('stop');
  const sendMenu = createMenu(strings.moreSendOptions, sendItems, sendArrow);
  const sendOrStop = element('div.composer-send', stopButton, sendButton, ...sendMenu);
  sendOrStop.addEventListener('mousedown', (event) => {
    if (closestElement(event.target, '[role="menu"]')) return;
    // Keeps the focus in the text field. Otherwise, a click on the disabled *Send* button would take the focus, and the
    // text field would receive no further keys.
    event.preventDefault();
    focus();
  });
  const bar = element('div.composer-bar', attachButton, ...choices, ...ring.elements, sendOrStop);
  const root = element('div.composer', popup.element, chips.element, field, bar);

  /**
   * Shows *Send* or *Stop* in the same place, or both buttons while an answer is running and the composer contains a
   * draft.
   */
  const updateBar = (): void => {
    const isEmpty = draft() === '';
    ring.setDraft(draft());
    model.setChosen(prefilledPrompts.modelsFor(draft()));
    const { activeElement } = document;
    const lostFocus =
      (activeElement === stopButton && !isStoppable) ||
      (isEmpty && (activeElement === sendButton || activeElement === sendArrow));
    stopButton.hidden = !isStoppable;
    sendButton.hidden = isStoppable && isEmpty;
    sendArrow.hidden = sendButton.hidden;
    sendArrow.disabled = sendButton.disabled = isEmpty;
    sendButton.title = isStoppable ? strings.sendNextTooltip : strings.sendTooltip;
    if (lostFocus) focus();
  };

  const setInput = (text: string, caret = text.length): void => {
    input.value = text;
    input.setSelectionRange(caret, caret);
    updateBar();
    popup.refresh('caret');
  };

  const addPending = (prompt: string): void => {
    pending = [...pending, prompt];
  };

  /**
   * Removes one pending prompt, even if several pending prompts are equal.
   * @returns whether the prompt was pending
   */
  const removePending = (prompt: string): boolean => {
    const index = pending.indexOf(prompt);
    if (index >= 0) pending = pending.toSpliced(index, 1);
    return index >= 0;
  };

  /**
   * Puts the prompts into the text field as a draft. If the field already contains a draft, the prompts are added to
   * the prompt history instead and remain pending.
   */
  const returnPrompts = (prompts: readonly string[]): void => {
    if (input.value === '') {
      setInput(prompts.join(promptSeparator));
      return;
    }
    for (const prompt of prompts) history.add(prompt);
    pending = prompts;
  };

  /**
   * Removes a prompt from the composer after the host has received it.
   * @param isDraft whether the prompt might still be in the text field
   */
  const confirmPrompt = (prompt: string, isDraft = returned.includes(prompt)): void => {
    prefilledPrompts.removeContainedIn(prompt);
    if (!removePending(prompt) && isDraft && draft() === prompt) {
      history.add(prompt);
      setInput('');
    }
    onLocalChange();
  };

  const handleKey = ({ key, altKey, shiftKey, ctrlKey, metaKey }: KeyboardEvent): boolean => {
    if (altKey || shiftKey) return false;
    if (key === 'Enter') {
      submit();
      return true;
    }
    if (ctrlKey || metaKey) return false;
    if (key === 'Backspace' && input.value === '') return chips.focusLast();
    const recalled = recallPrompt(key, input, history);
    if (recalled === undefined) return false;
    setInput(recalled.text, recalled.caret);
    onLocalChange();
    return true;
  };

  input.addEventListener('input', () => {
    history.stopBrowsing();
    updateBar();
    onLocalChange();
  });
  input.addEventListener('keydown', (event) => {
    if (isComposing(event)) return;
    if (popup.handleKey(event) || handleKey(event)) event.preventDefault();
  });
  const attachFiles = (files: readonly File[]): void => {
    for (const file of files) images.attach(file.name, file);
  };
  addPasteTarget(input, attachFiles);
  addDropTarget(window, root, {
    onFiles: (files) => !root.hidden && attachFiles(files),
    onUris: (uris) => !root.hidden && post({ type: 'attachDropped', uris }),
  });
  setInput('');

  return {
    element: root,
    history,
    ring,
    popup,
    focus,
    selectModel,
    addPending,
    compare,
    confirmPrompt,
    /**
     * Draft with its context items, and the prompts that the host has not confirmed. This data survives a reload of the
     * page.
     */
    get unsent(): Unsent {
      const prefilled = prefilledPrompts.containedIn([input.value, ...pending]);
      return { draft: input.value, prefilled, context: contextIds, pending };
    },
    /** @param name accessible name of the *Stop* button; two buttons on the page must not have the same name */
    setStoppable: (canStop: boolean, name: string): void => {
      const title = fillTemplate(strings.stopTooltip, name);
      if (stopButton.title !== title) Object.assign(stopButton, { ariaLabel: name, title });
      if (canStop === isStoppable) return;
      isStoppable = canStop;
      updateBar();
    },
    /**
     * Handles the keyboard shortcuts of the composer's buttons, which are the same as in VS Code's chat.
     * @returns whether the key was one of these shortcuts
     */
    handleShortcut: ({ key, code, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean => {
      if ((!ctrlKey && !metaKey) || root.hidden) return false;
      // On macOS, the Alt key changes the value of `key`, so the period key is recognized by its `code`.
      const isPeriod = key === '.' || (metaKey && code === 'Period');
      if (key === '/' && !altKey) popup.open();
      else if (isPeriod && altKey) selectModel();
      else return false;
      return true;
    },
    setConnection: (connection: ConnectionView): void => {
      model.setConnection(connection);
      effort.setConnection(connection);
      chips.setConnection(connection);
    },
    /** Scales and attaches an image file that the host has read. */
    attachImage: (name: string, data: Uint8Array): void => images.attach(name, new Blob([Uint8Array.from(data)])),
    /** @param unread ids of the context items whose content the host has not read yet */
    setContext: (items: readonly DraftContext[], unread: readonly string[] = []): void => {
      contextIds = [...items.map(({ id }) => id), ...unread];
      if (!items.some(({ kind }) => kind === 'image')) images.clear();
      chips.update(items);
      onLocalChange();
    },
    /**
     * Puts a prompt into the composer. If the user has typed a draft, the prompt is added to the prompt history
     * instead.
     */
    prefill: ({ text, more }: Prefilled): void => {
      // A prompt that the host returns for editing was not sent, so it is no longer pending.
      removePending(text);
      const previous = draft();
      if (previous !== text.trim()) {
        // The new prefilled prompt replaces an earlier prefilled prompt that the user has not edited.
        if (prefilledPrompts.isPrefilled(previous)) {
          history.add(previous);
          setInput('');
        }
        if (input.value === '') setInput(text);
        else if (text !== '') history.add(text);
      }
      if (text !== '') prefilledPrompts.add({ text, more });
      updateBar();
      focus();
      onLocalChange();
    },
    restore: (unsent: Unsent): void => {
      const { prefilled = [], context: ids = [] } = unsent;
      prefilledPrompts.restore(prefilled);
      pending = [...pending, ...(unsent.pending ?? [])];
      if (unsent.draft !== '') returnPrompts([unsent.draft]);
      if (ids.every((id) => contextIds.includes(id))) return;
      contextIds = ids;
      post({ type: 'restoreContext', ids });
    },
    /**
     * Empties the composer when the conversation is opened in another window. The `UnsentStore` keeps the unsent text.
     */
    clear: (): void => {
      prefilledPrompts.clear();
      pending = [];
      setInput('');
    },
    /**
     * Handles the prompts that were pending when the page was closed. Prompts that the host has received are confirmed.
     * All other pending prompts become the draft, or are added to the prompt history if there is a draft.
     */
    confirmPrompts: (received: readonly string[]): void => {
      for (const prompt of received) if (pending.includes(prompt)) confirmPrompt(prompt);
      const lost = pending;
      pending = [];
      if (lost.length === 0) return;
      if (input.value === '') returned = lost;
      returnPrompts(lost);
    },
  };
}
