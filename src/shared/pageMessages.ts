/** The messages from the page to the host, and the state that VS Code restores for a panel. */
import * as v from 'valibot';
import { faultActions } from '../engine/events/kinds';
import { effortChoices } from '../engine/request';

const text = v.string();
const prompt = v.pipe(text, v.trim(), v.nonEmpty());
const answer = { answerId: text };
const exchange = { exchangeId: text };
/** Number of a request. The host puts it into its reply. */
const request = v.number();
const more = v.optional(v.custom<object>((value) => typeof value === 'object' && value !== null));
const demoActions = ['next', 'skip'] as const;
const suggestionKinds = ['code', 'scenario', 'demo', 'conversation'] as const;

export type DemoAction = (typeof demoActions)[number];
export type SuggestionKind = (typeof suggestionKinds)[number];

const messageFields = {
  ready: {},
  /**
   * Sends a prompt. `more` is the data from the `prefill` message that prefilled the prompt. If the user cancels a
   * dialog, for example for the API key, the host returns the prompt in a `prefill` message.
   */
  send: { prompt, more },
  /** Sends a suggested prompt, or opens what else was suggested. */
  askSuggestion: { kind: v.picklist(suggestionKinds), id: text },
  demo: { act: v.picklist(demoActions) },
  /** Stops the turn of this answer, or removes the answer from the queue. Another turn is not affected. */
  stop: answer,
  action: { ...answer, action: v.picklist(faultActions) },
  /** Requests the models that are nearest to the one that the gateway lacks. */
  findModels: { ...answer, request },
  switchModel: { ...answer, model: v.pipe(text, v.nonEmpty()) },
  newConversation: {},
  openHistory: {},
  /** Takes the conversation over from the window that writes it. */
  openHere: {},
  /** Lets the user choose the model, or several models that answer the draft. `more` is the same as in `send`. */
  selectModel: { prompt: text, more },
  switchBack: {},
  /** Remembers the reasoning effort for a model. */
  selectEffort: { model: v.pipe(text, v.nonEmpty()), level: v.picklist(effortChoices) },
  edit: { ...exchange, prompt },
  /** Adds another answer to the exchange of this one. With `switchModel`, the user chooses the model first. */
  regenerate: { ...answer, switchModel: v.boolean() },
  showVersion: answer,
  /** Lets the user choose models that answer the prompt again at the same time. */
  compareModels: exchange,
  /** Ends a comparison. The conversation continues with this answer. */
  useAnswer: answer,
  /** Stops the turns of all answers of the comparison to which the answer belongs. */
  stopComparison: answer,
  /** Opens a diff of two answers. */
  showDifferences: { ...answer, otherId: text },
  /** Asks the model for a summary of the older turns. */
  summarize: {},
  /** Changes the text of a summary. An empty text undoes the summary. */
  editSummary: { ...answer, text },
  /** Starts a new conversation that begins with a summary. */
  newFromSummary: answer,
  /** Requests the context items that match the text after a `#`. */
  suggestContext: { query: text, request },
  attach: { id: text },
  detach: { id: text },
  /** Attaches the context items that a previous page has stored, unless those of the panel have changed since. */
  restoreContext: { ids: v.pipe(v.array(text), v.readonly()) },
  /** Lets the user choose files to attach in a dialog. */
  browseContext: {},
  setApiKey: {},
  addGateway: {},
  openDemo: {},
  leaveDemo: {},
  /** Removes from the settings the backup gateway over which an answer came. */
  removeBackup: { gateway: text },
  copy: { text },
  copyRequest: answer,
  insert: { text },
  apply: { ...answer, text },
  /** Opens a new file with a code block. `language` is the info string of its fence, such as `ts`; it may be empty. */
  newFile: { text, language: text },
  openLink: { href: text },
};

type MessageFields = typeof messageFields;

type Output<Fields> = Fields extends v.ObjectEntries
  ? Readonly<v.InferOutput<v.ObjectSchema<Fields, undefined>>>
  : never;

export type ToHostOf<Type extends keyof MessageFields> = { readonly type: Type } & Output<MessageFields[Type]>;

export type ToHost = { [Type in keyof MessageFields]: ToHostOf<Type> }[keyof MessageFields];

const messageSchema = v.variant(
  'type',
  Object.entries(messageFields).map(([type, fields]) => v.object({ type: v.literal(type), ...fields })),
);

/** A message from the page *Usage and health*. The page sends `ready` when it has loaded. */
const healthMessageSchema = v.object({ type: v.picklist(['ready', 'clear', 'testConnection']) });

export type FromHealthPage = Readonly<v.InferOutput<typeof healthMessageSchema>>;

export function isFromHealthPage(message: unknown): message is FromHealthPage {
  return v.is(healthMessageSchema, message);
}

export function isToHost(message: unknown): message is ToHost {
  return v.is(messageSchema, message);
}

const panelState = v.object({ conversationId: text });

/** The state that VS Code restores for a panel after a reload. Unsent text is in the page's `UnsentStore`. */
export type PanelState = Readonly<v.InferOutput<typeof panelState>>;

/** Returns whether a restored state is valid. Another version of the extension may have stored it. */
export function isPanelState(state: unknown): state is PanelState {
  return v.is(panelState, state);
}
