/** A message of VS Code's chat without VS Code's classes; what no model can be told is gone. */
export interface PlainMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly parts: readonly PlainPart[];
}

export type PlainPart =
  | { readonly type: 'text'; readonly text: string }
  | PlainImage
  /** `arguments`: JSON text of an object. */
  | { readonly type: 'tool-call'; readonly id: string; readonly name: string; readonly arguments: string }
  | {
      readonly type: 'tool-result';
      readonly id: string;
      readonly text: string;
      readonly images: readonly PlainImage[];
      readonly failed: boolean;
    };

export interface PlainImage {
  readonly type: 'image';
  /** e.g. `image/png`. */
  readonly mimeType: string;
  readonly data: Uint8Array;
}
