/** The messages from the page to the host, and the state that VS Code restores for a panel. */
import * as v from 'valibot';
import { faultActions } from '../engine/events/kinds';
import { effortChoices } from '../engine/request';
import { maxCompared, minCompared } from './exchanges';
import { imageProblems } from './images';
import { storedUnsent } from './unsent';

const text = v.string();
const prompt = v.pipe(text, v.trim(), v.nonEmpty());
const modelId = v.pipe(text, v.nonEmpty());
/** Different models that answer the same prompt. */
export const modelIds = v.pipe(
  v.array(modelId),
  v.nonEmpty(),
  v.maxLength(maxCompared),
  v.check((models) => new Set(models).size === models.length),
  v.readonly(),
);
const answer = { answerId: text };
const exchange = { exchangeId: text };
/** Number that identifies a request of the page. The host puts the same number into its reply. */
const request = v.number();
const more = v.optional(v.custom<object>((value) => typeof value === 'object' && value !== null));
const tourActions = ['next', 'skip'] as const;
/** Actions for an answer in the menu below the answer, and in VS Code's context menu of the page. */
export const answerActions = [
  'copyAnswer',
  'copyPlainText',
  'copyRequest',
  'exportConversation',
  'branch',
  'deleteTurn',
] as const;
const suggestionKinds = ['code', 'scenario', 'tour', 'conversation'] as const;

export type TourAction = (typeof tourActions)[number];
export type AnswerAction = (typeof answerActions)[number];
export type SuggestionKind = (typeof suggestionKinds)[number];

const messageFields = {
  ready: {},
  /** The page has received the keyboard focus. */
  focus: {},
  /**
   * Copies the unsent text to the host whenever it changes. If the user moves the conversation to the side bar or to an
   * editor, the next page receives the copy, because pages in different locations don't share their storage.
   */
  copyUnsent: { unsent: storedUnsent },
  /**
   * Sends a prompt. `more` is the data that came with a prefilled prompt. If the user cancels a dialog, for example for
   * the API key, the host sends the prompt back in a `prefill` message.
   */
  send: { prompt, more },
  /** Sends a suggested prompt, or opens a suggested conversation or the tour. */
  askSuggestion: { kind: v.picklist(suggestionKinds), id: text },
  tour: { act: v.picklist(tourActions) },
  /** Stops the turn of an answer, or removes the answer from the queue. Other turns are not affected. */
  stop: answer,
  action: { ...answer, action: v.picklist(faultActions) },
  /** Requests the names of the models that are nearest to a model that the gateway lacks. */
  findModels: { ...answer, request },
  switchModel: { ...answer, model: modelId },
  newConversation: {},
  openHistory: {},
  openUsage: {},
  /** Makes a conversation writable in this window although it is open in another window. */
  openHere: {},
  /**
   * Lets the user choose the model for the draft, or several models that answer it. `more` has the same meaning as in
   * `send`.
   */
  selectModel: { prompt: text, more },
  /**
   * Sends the draft to several models. Without `models`, the user chooses the models. If the draft is empty, the user
   * types a prompt. `more` has the same meaning as in `send`.
   */
  comparePrompt: { prompt: text, more, models: v.optional(v.pipe(modelIds, v.minLength(minCompared))) },
  /** Sends the next prompts to a gateway. Without a gateway, the settings determine where the prompts go. */
  useGateway: { gateway: v.optional(text) },
  /** Sets the reasoning effort that is remembered for a model. */
  selectEffort: { model: modelId, level: v.picklist(effortChoices) },
  edit: { ...exchange, prompt },
  deleteExchange: exchange,
  /** Undoes the deletion of an exchange. */
  restoreExchange: exchange,
  /** Starts a new conversation with the turns up to an answer. */
  branch: answer,
  exportConversation: {},
  /** Requests another answer to the same prompt, by default from the same model. */
  regenerate: { ...answer, model: v.optional(modelId) },
  /** Lets the user choose a model, and requests another answer from this model. */
  regenerateWith: answer,
  showVersion: answer,
  /** Lets the user choose several models, which then answer the prompt of the exchange at the same time. */
  compareModels: exchange,
  /** Ends a comparison. The conversation continues with the answer that the user has chosen. */
  useAnswer: answer,
  /**
   * Reopens an ended comparison. The conversation continues with the given answer, unless later turns follow another
   * compared answer.
   */
  reopenComparison: answer,
  /** Selects the model that answers the next prompts. */
  useModel: { model: modelId },
  /** Stops the turns of all answers in a comparison. */
  stopComparison: answer,
  /** Opens a diff of two answers. */
  showDifferences: { ...answer, otherId: text },
  /** Asks the model for a summary of the older turns. */
  summarize: {},
  /** Changes the text of a summary. An empty text undoes the summary. */
  editSummary: { ...answer, text },
  /** Starts a new conversation that begins with a summary. */
  newFromSummary: answer,
  /** Opens the conversation that a summary of another conversation summarizes. */
  openSource: answer,
  /** Requests suggestions for context items that match the text after a `#` in the composer. */
  suggestContext: { query: text, request },
  /** Requests the commands and custom prompts that match the text after a `/` in the composer. */
  suggestCommands: { query: text, request },
  /** Runs a suggested command or custom prompt. */
  runCommand: { id: text },
  attach: { id: text },
  detach: { id: text },
  /**
   * Attaches an image that the page has scaled. `data` is the content of an image file. The image can replace an
   * attached image, whose place it takes.
   */
  attachImage: { name: text, data: v.instance(Uint8Array<ArrayBufferLike>), replacedId: v.optional(text) },
  /** Shows why files can't be attached as images. */
  refuseImages: { images: v.pipe(v.array(v.object({ name: text, problem: v.picklist(imageProblems) })), v.readonly()) },
  /** Attaches a file that is not an image, from another application. Only its content is known, not its path. */
  attachFile: { name: text, data: v.instance(Uint8Array<ArrayBufferLike>) },
  /** Attaches files that the user has dropped on the page, for example from VS Code's Explorer. */
  attachDropped: { uris: v.pipe(v.array(text), v.readonly()) },
  /**
   * Attaches the context items of the stored draft again after a reload of the page. Does nothing if the panel's
   * context items have changed since the reload.
   */
  restoreContext: { ids: v.pipe(v.array(text), v.readonly()) },
  /** Opens a dialog in which the user chooses files to attach. */
  browseContext: {},
  /** Ends a notice of the host. `action` is the caption of the clicked button, or absent if the user has dismissed it. */
  endNotice: { id: text, action: v.optional(text) },
  setApiKey: {},
  addGateway: {},
  openTour: {},
  leaveTour: {},
  /** Removes from the settings the backup gateway that gave an answer. */
  removeBackup: { gateway: text },
  copy: { text },
  copyRequest: answer,
  insert: { text },
  insertIntoTerminal: { text },
  apply: { ...answer, text },
  /**
   * Opens a new file with the text of a code block. `language` is the info string of the code fence, such as `ts`, and
   * can be empty.
   */
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

/**
 * The state that VS Code restores for an editor tab after a reload. Text that is not sent yet is stored in the page's
 * `UnsentStore`.
 */
export type PanelState = Readonly<v.InferOutput<typeof panelState>>;

/** Returns whether a restored panel state is valid. Another version of the extension could have stored it. */
export function isPanelState(state: unknown): state is PanelState {
  return v.is(panelState, state);
}
