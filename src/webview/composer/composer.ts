import { fill } from '../../shared/format';
import type { ConnectionView, DraftContext } from '../../shared/protocol';
import type { PageContext } from '../pageContext';
import type { Prefilled, Unsent } from '../state/unsentStore';
import { element, iconButton, isComposing } from '../util/element';
import { createContextChips } from './contextChips';
import { createContextPopup } from './contextPopup';
import { createContextRing } from './contextRing';
import { createEffortChoice } from './effortChoice';
import { createModelChoice, withKeys } from './modelChoice';
import { PrefilledPrompts, PromptHistory, recallPrompt } from './promptRecall';

/** Separator between the unconfirmed prompts that are restored together as one draft. */
const promptSeparator = '\n\n';

export class Composer {
  readonly element: HTMLElement;
  readonly history = new PromptHistory();
  private readonly model: ReturnType<typeof createModelChoice>;
  readonly ring: ReturnType<typeof createContextRing>;
  private readonly effort: ReturnType<typeof createEffortChoice>;
  readonly popup: ReturnType<typeof createContextPopup>;
  private readonly input: HTMLTextAreaElement;
  private readonly sendButton: HTMLButtonElement;
  private readonly stopButton: HTMLButtonElement;
  private readonly chips: ReturnType<typeof createContextChips>;
  private readonly prefilled = new PrefilledPrompts();
  /** Sent prompts that the host has not confirmed. They must not be lost if the page is closed or the host stops. */
  private pending: readonly string[] = [];
  /** Unconfirmed prompts of a previous page that became the draft. The host may still receive them. */
  private returned: readonly string[] = [];
  private contextIds: readonly string[] = [];
  private isStoppable = false;

  constructor(
    private readonly context: PageContext,
    onStop: () => void,
  ) {
    const { strings } = context;
    this.input = element('textarea', {
      'aria-label': strings.prompt,
      placeholder: strings.promptPlaceholder,
      rows: '1',
      spellcheck: 'false',
    });
    this.sendButton = iconButton(strings.send, 'send', () => this.submit());
    this.stopButton = iconButton(strings.stop, 'stopCircle', ({ detail }) => {
      // *Stop* takes the place of *Send*, so it gets the second click of a double click on *Send*.
      if (detail <= 1) onStop();
    });
    const attachButton = iconButton(strings.attachContext, 'attach', () => this.popup.open());
    attachButton.ariaHasPopup = 'listbox';
    attachButton.title = withKeys(strings.attachContext, '/');
    this.model = createModelChoice(context, () => this.selectModel());
    this.effort = createEffortChoice(context);
    this.ring = createContextRing(context);
    this.chips = createContextChips(context, () => this.focus());
    this.popup = createContextPopup(context, this.input, () => this.submit());
    const choices = [this.model.element, ...this.effort.elements, this.model.badge];
    const bar = element('div', { class: 'composer-bar' }, attachButton, ...choices);
    const sendOrStop = element('div', { class: 'composer-send' }, this.stopButton, this.sendButton);
    sendOrStop.addEventListener('mousedown', (event) => {
      // Otherwise, a click on the disabled *Send* would take the focus from the text field, and typing would be lost.
      event.preventDefault();
      this.focus();
    });
    bar.append(...this.ring.elements, sendOrStop);
    this.element = element('div', { class: 'composer' }, this.popup.element, this.chips.element, this.input, bar);
    this.input.addEventListener('input', () => {
      this.history.stopBrowsing();
      this.updateBar();
      this.context.onLocalChange();
    });
    this.input.addEventListener('keydown', (event) => {
      if (isComposing(event)) return;
      if (this.popup.handleKey(event) || this.handleKey(event)) event.preventDefault();
    });
    this.setInput('');
  }

  /** The draft with its context items, and the prompts that the host has not confirmed. This data survives a reload. */
  get unsent(): Unsent {
    const draft = this.input.value;
    const { pending } = this;
    return { draft, prefilled: this.prefilled.containedIn([draft, ...pending]), context: this.contextIds, pending };
  }

  focus(): void {
    this.context.moveFocus(this.input);
  }

  /** @param name name of the button that stops the answer. Two buttons on the page must not have the same name. */
  setStoppable(isStoppable: boolean, name: string): void {
    const title = fill(this.context.strings.stopTooltip, name);
    if (this.stopButton.title !== title) Object.assign(this.stopButton, { ariaLabel: name, title });
    if (isStoppable === this.isStoppable) return;
    this.isStoppable = isStoppable;
    this.updateBar();
  }

  /** Handles the keys that VS Code's chat has for the same buttons. @returns whether the key is one of them */
  handleShortcut({ key, code, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
    if ((!ctrlKey && !metaKey) || this.element.hidden) return false;
    // On macOS, Alt changes the `key`.
    const isPeriod = key === '.' || (metaKey && code === 'Period');
    if (key === '/' && !altKey) this.popup.open();
    else if (isPeriod && altKey) this.selectModel();
    else return false;
    return true;
  }

  setConnection(connection: ConnectionView): void {
    this.model.setConnection(connection);
    this.effort.setConnection(connection);
  }

  /** @param unread ids of the items that the host has not read yet */
  setContext(items: readonly DraftContext[], unread: readonly string[] = []): void {
    this.contextIds = [...items.map(({ id }) => id), ...unread];
    this.chips.update(items);
    this.context.onLocalChange();
  }

  /** Puts a prompt into the composer, or into the prompt history if the composer contains a draft. */
  prefill({ text, more }: Prefilled): void {
    // A prompt that the host returns for editing was not sent, so it is not pending any more.
    this.removePending(text);
    const draft = this.input.value.trim();
    if (draft !== text.trim()) {
      // A prefilled prompt that the user has not edited makes way for the new one.
      if (this.prefilled.isPrefilled(draft)) {
        this.history.add(draft);
        this.setInput('');
      }
      if (this.input.value === '') this.setInput(text);
      else if (text !== '') this.history.add(text);
    }
    if (text !== '') this.prefilled.add({ text, more });
    this.focus();
    this.context.onLocalChange();
  }

  restore({ draft, prefilled = [], context = [], pending = [] }: Unsent): void {
    this.prefilled.restore(prefilled);
    this.pending = [...this.pending, ...pending];
    if (draft !== '') this.returnPrompts([draft]);
    if (context.every((id) => this.contextIds.includes(id))) return;
    this.contextIds = context;
    this.context.post({ type: 'restoreContext', ids: context });
  }

  /** Empties the composer while another window writes the conversation. The unsent text stays in the `UnsentStore`. */
  clear(): void {
    this.prefilled.clear();
    this.pending = [];
    this.setInput('');
  }

  addPending(prompt: string): void {
    this.pending = [...this.pending, prompt];
  }

  /** Removes a prompt that the host has received. @param isDraft whether the prompt may still be in the composer */
  confirmPrompt(prompt: string, isDraft = this.returned.includes(prompt)): void {
    this.prefilled.removeContainedIn(prompt);
    if (!this.removePending(prompt) && isDraft && this.input.value.trim() === prompt) {
      this.history.add(prompt);
      this.setInput('');
    }
    this.context.onLocalChange();
  }

  /** Confirms the prompts that the host received while there was no page, and returns the lost ones to the user. */
  confirmPrompts(received: readonly string[]): void {
    for (const prompt of received) if (this.pending.includes(prompt)) this.confirmPrompt(prompt);
    const lost = this.pending;
    this.pending = [];
    if (lost.length === 0) return;
    if (this.input.value === '') this.returned = lost;
    this.returnPrompts(lost);
  }

  /** Makes the prompts the draft. If there is a draft, they are added to the prompt history and stay pending. */
  private returnPrompts(prompts: readonly string[]): void {
    if (this.input.value === '') {
      this.setInput(prompts.join(promptSeparator));
      return;
    }
    for (const prompt of prompts) this.history.add(prompt);
    this.pending = prompts;
  }

  /** Removes a pending prompt, but only one of several equal ones. @returns whether the prompt was pending */
  private removePending(prompt: string): boolean {
    const index = this.pending.indexOf(prompt);
    if (index >= 0) this.pending = this.pending.toSpliced(index, 1);
    return index >= 0;
  }

  private setInput(text: string, caret = text.length): void {
    this.input.value = text;
    this.input.setSelectionRange(caret, caret);
    this.updateBar();
    this.popup.refresh('caret');
  }

  /** Shows one button in the place of *Send*, or both while an answer is running and there is a draft. */
  private updateBar(): void {
    const { sendButton, stopButton, isStoppable } = this;
    const { strings } = this.context;
    const draft = this.input.value.trim();
    const isEmpty = draft === '';
    this.ring.setDraft(draft);
    const lostFocus =
      (document.activeElement === stopButton && !isStoppable) || (document.activeElement === sendButton && isEmpty);
    stopButton.hidden = !isStoppable;
    sendButton.hidden = isStoppable && isEmpty;
    sendButton.disabled = isEmpty;
    sendButton.title = isStoppable ? strings.sendNextTooltip : strings.sendTooltip;
    if (lostFocus) this.focus();
  }

  /** The user may compare models with the draft, which stays in the composer until the host has received it. */
  private selectModel(): void {
    const prompt = this.input.value.trim();
    this.context.post({ type: 'selectModel', prompt, more: this.prefilled.payloadFor(prompt) });
  }

  private submit(): void {
    const prompt = this.input.value.trim();
    if (prompt === '') return;
    const more = this.prefilled.payloadFor(prompt);
    this.history.add(prompt);
    this.addPending(prompt);
    this.setInput('');
    this.context.onLocalChange();
    this.context.post({ type: 'send', prompt, more });
    this.context.followEnd();
  }

  private handleKey({ key, altKey, shiftKey, ctrlKey, metaKey }: KeyboardEvent): boolean {
    if (altKey || shiftKey) return false;
    if (key === 'Enter') {
      this.submit();
      return true;
    }
    if (ctrlKey || metaKey) return false;
    if (key === 'Backspace' && this.input.value === '') return this.chips.focusLast();
    const recalled = recallPrompt(key, this.input, this.history);
    if (recalled === undefined) return false;
    this.setInput(recalled.text, recalled.caret);
    this.context.onLocalChange();
    return true;
  }
}
