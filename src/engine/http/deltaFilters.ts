import type { Delta, DeltaFilter, DeltaReceiver, TextDelta } from './deltas';

/**
 * Joins the adjacent texts of one read from the network, because each later processing step takes as long for one token
 * as for many tokens.
 */
export class JoinedTexts implements DeltaFilter {
  private type: TextDelta['type'] = 'text';
  private text = '';

  constructor(private readonly next: DeltaFilter) {}

  onDelta(delta: Delta): void {
    if (delta.type === 'text' || delta.type === 'reasoning') {
      if (this.type !== delta.type) this.endRead();
      this.type = delta.type;
      this.text += delta.text;
    } else {
      if (delta.type !== 'finishReasonPending') this.endRead();
      this.next.onDelta(delta);
    }
  }

  endRead(): void {
    const { type, text } = this;
    this.text = '';
    if (text !== '') this.next.onDelta({ type, text });
  }

  flush(): void {
    this.endRead();
    this.next.flush();
  }
}

/**
 * Opening tags of reasoning. Uppercase and lowercase letters are treated as equal. Sources: the chat templates of the
 * models, and Google's gateway.
 */
const openingTags = '<think> <thinking> <thought> <thoughts> <reasoning> <seed:think> <mm:think> [think] ◁think▷'.split(
  ' ',
);

const maxTagChars = 20;

/** Maximum number of characters, mostly whitespace, that are held back before an opening tag or after a closing tag. */
const maxBufferedChars = 100;
/**
 * Texts up to this length, in characters, are short. If the stream began with reasoning in a separate field, a short
 * text without line breaks before a `</think>` is treated as further reasoning.
 */
const maxShortTextChars = 200;
/**
 * Maximum length of the text that is kept in memory, in characters. If a `</think>` arrives later, this text was
 * reasoning. No model produces longer reasoning.
 */
const maxUntaggedChars = 256 * 1024;

/**
 * Separates reasoning from the text of an attempt, because some gateways send reasoning as text between `<think>` and
 * `</think>`. Only the first pair of tags is recognized, and only at the start of the text. Reasoning that also arrives
 * in a separate field is passed on only once.
 */
export class ThinkTags implements DeltaFilter {
  private state: 'start' | 'reasoning' | 'text' | 'decided' = 'start';
  private buffered = '';
  /**
   * Text without an opening tag. If a closing tag follows, the text was reasoning. The opening tag is missing if the
   * chat template of a model adds it to the prompt.
   */
  private untagged: string[] = [];
  private untaggedChars = 0;
  private beganWithReasoning = false;
  private closingTag = '</think>';
  private copies = new ReasoningCopies();

  constructor(private readonly next: DeltaReceiver) {}

  onDelta(delta: Delta): void {
    switch (delta.type) {
      case 'text':
        return this.onText(delta);
      case 'reasoning':
        if (this.state === 'start') this.beganWithReasoning = true;
        return this.passReasoning('field', delta.text);
      case 'toolCall':
      case 'finish':
      case 'done':
      case 'error':
        this.flush();
        return this.next.onDelta(delta);
      case 'restartInStream':
        this.flush();
        this.state = 'start';
        this.forgetUntagged();
        this.beganWithReasoning = false;
        this.closingTag = '</think>';
        this.copies = new ReasoningCopies();
        return this.next.onDelta(delta);
      default:
        return this.next.onDelta(delta);
    }
  }

  flush(): void {
    const { buffered } = this;
    if (buffered === '') return;
    this.buffered = '';
    if (this.state === 'reasoning') this.passReasoning('tags', buffered);
    else this.readText(buffered, true);
  }

  private onText(delta: TextDelta): void {
    const { text } = delta;
    switch (this.state) {
      case 'start':
        return this.readStart(this.buffered + text);
      case 'reasoning':
        return this.readReasoning(this.buffered + text);
      case 'text':
        if (this.untaggedChars > maxUntaggedChars) return this.passRemaining(this.buffered + text);
        // Most texts contain no `<` and take this shortcut, which shortens the processing time of a token.
        if (this.buffered !== '' || text.includes('<')) return this.readText(this.buffered + text, false);
        return this.passUntagged(delta);
      case 'decided':
        return this.next.onDelta(delta);
    }
  }

  private readStart(text: string): void {
    const start = text.trimStart();
    const name = start.slice(0, maxTagChars).toLowerCase();
    const opening = openingTags.find((tag) => name.startsWith(tag));
    if (opening !== undefined) {
      this.state = 'reasoning';
      this.closingTag = `${start.charAt(0)}/${start.slice(1, opening.length)}`;
      this.readReasoning(start.slice(opening.length));
    } else if (openingTags.some((tag) => tag.startsWith(name)) && text.length < maxBufferedChars) {
      this.buffered = text;
    } else {
      this.state = 'text';
      this.readText(text, false);
    }
  }

  private readReasoning(text: string): void {
    const { closingTag } = this;
    const end = text.indexOf(closingTag);
    if (end < 0) return this.passReasoning('tags', this.bufferPossibleTag(text));
    this.passReasoning('tags', text.slice(0, end));
    this.passRemaining(text.slice(end + closingTag.length));
  }

  /**
   * Separates the text into reasoning and answer.
   * @param isEnd whether no further text follows
   */
  private readText(text: string, isEnd: boolean): void {
    const { closingTag } = this;
    const end = text.indexOf(closingTag);
    if (end < 0) {
      this.passText(isEnd ? text : this.bufferPossibleTag(text));
      return;
    }
    const remaining = text.slice(end + closingTag.length);
    if (!isEnd && remaining.length < maxBufferedChars && /^[ \t]*$/.test(remaining)) {
      this.passText(text.slice(0, end));
      this.buffered = closingTag + remaining;
      return;
    }
    const untagged = this.untagged.join('') + text.slice(0, end);
    if (!this.endsReasoning(untagged, remaining)) return this.passRemaining(text);
    this.passText(text.slice(0, end));
    if (untagged !== '') this.next.onDelta({ type: 'textWasReasoning', text: this.copies.unread('tags', untagged) });
    this.passRemaining(remaining);
  }

  /**
   * Returns whether reasoning ends at a `</think>` that has no opening tag. The tag must be at the start of a line, and
   * not in code. If the stream began with reasoning in a separate field, the tag can also be at the end of a line or
   * after a short text.
   */
  private endsReasoning(before: string, remaining: string): boolean {
    if (before.includes('<think>') || isInCode(before)) return false;
    if (/(?:^|\n)[ \t]*$/.test(before.slice(-80))) return true;
    const isShort = before.length <= maxShortTextChars && !before.includes('\n') && !remaining.startsWith(' ');
    return this.beganWithReasoning && (isShort || /^[ \t]*(?:\n|$)/.test(remaining));
  }

  private passRemaining(remaining: string): void {
    this.state = 'decided';
    this.buffered = '';
    this.forgetUntagged();
    if (remaining !== '') this.next.onDelta({ type: 'text', text: remaining });
  }

  private passReasoning(source: ReasoningSource, received: string): void {
    const text = this.copies.unread(source, received);
    if (text !== '') this.next.onDelta({ type: 'reasoning', text });
  }

  private passText(text: string): void {
    if (text !== '') this.passUntagged({ type: 'text', text });
  }

  private passUntagged(delta: TextDelta): void {
    this.untagged.push(delta.text);
    this.untaggedChars += delta.text.length;
    this.next.onDelta(delta);
  }

  private forgetUntagged(): void {
    this.untagged = [];
    this.untaggedChars = 0;
  }

  /**
   * Holds back the end of the text if it might be the beginning of a closing tag.
   * @returns the text before that end
   */
  private bufferPossibleTag(text: string): string {
    const { closingTag } = this;
    const offset = text.lastIndexOf(closingTag.charAt(0));
    const mayClose = offset >= 0 && closingTag.startsWith(text.slice(offset));
    this.buffered = mayClose ? text.slice(offset) : '';
    return mayClose ? text.slice(0, offset) : text;
  }
}

type ReasoningSource = 'field' | 'tags';

/**
 * Recognizes reasoning that a gateway sends twice: in a separate field and between tags. The deltas of the two copies
 * can have different lengths.
 */
class ReasoningCopies {
  /** The source (field or tags) whose copy of the reasoning is longer so far. */
  private leadingSource: ReasoningSource | undefined;
  /** The end of the longer copy of the reasoning, which the other source (field or tags) has not repeated yet. */
  private unrepeatedText = '';
  /**
   * Reasoning that was not passed on, because it repeats reasoning from the other source (field or tags). If the two
   * copies turn out to differ, this reasoning is passed on after all.
   */
  private repeatedText = '';
  private areDifferent = false;

  /** Returns the part of the reasoning that does not repeat reasoning from the other source. */
  unread(source: ReasoningSource, text: string): string {
    if (this.areDifferent || text === '') return text;
    this.leadingSource ??= source;
    if (source === this.leadingSource) {
      this.unrepeatedText += text;
      return text;
    }
    // The two copies of the reasoning can differ in the whitespace at their start.
    const isStart = this.repeatedText === '';
    const copy = isStart ? text.trimStart() : text;
    const unrepeated = isStart ? this.unrepeatedText.trimStart() : this.unrepeatedText;
    if (unrepeated.startsWith(copy)) {
      this.unrepeatedText = copy === '' ? this.unrepeatedText : unrepeated.slice(copy.length);
      this.repeatedText += copy;
      return '';
    }
    if (copy.startsWith(unrepeated)) {
      this.leadingSource = source;
      this.unrepeatedText = copy.slice(unrepeated.length);
      this.repeatedText = '';
      return this.unrepeatedText;
    }
    this.areDifferent = true;
    return this.repeatedText + text;
  }
}

function isInCode(text: string): boolean {
  const fences = text.match(/^[ \t]*(?:```|~~~)/gm)?.length ?? 0;
  if (fences % 2 === 1) return true;
  const lastLine = text.slice(text.lastIndexOf('\n') + 1);
  return (lastLine.match(/`/g)?.length ?? 0) % 2 === 1;
}
