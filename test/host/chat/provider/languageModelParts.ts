/** Fakes of the classes of VS Code's API, with the properties that the tested code reads and writes. */
export class LanguageModelTextPart {
  constructor(readonly value: string) {}
}

export class LanguageModelThinkingPart {
  constructor(
    readonly value: string,
    readonly id?: string,
    readonly metadata?: object,
  ) {}
}

export class LanguageModelToolCallPart {
  constructor(
    readonly callId: string,
    readonly name: string,
    readonly input: object | undefined,
  ) {}
}

export class LanguageModelDataPart {
  constructor(
    readonly data: Uint8Array,
    readonly mimeType: string,
  ) {}
}
