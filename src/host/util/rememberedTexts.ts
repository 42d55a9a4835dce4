import type { Memento } from 'vscode';

/** Maximum number of texts. Beyond that number, the oldest are forgotten. */
const maxTexts = 50;

/** Short texts that survive a restart, for instance to show each notice only once. */
export class RememberedTexts {
  constructor(
    private readonly memory: Pick<Memento, 'get' | 'update'>,
    private readonly key: string,
    private readonly onError: (error: unknown) => void,
  ) {}

  has(text: string): boolean {
    return this.texts().includes(text);
  }

  /** @returns whether the text was not remembered yet */
  add(text: string): boolean {
    if (this.has(text)) return false;
    this.memory.update(this.key, [...this.texts(), text].slice(-maxTexts)).then(undefined, this.onError);
    return true;
  }

  private texts(): readonly string[] {
    return this.memory.get<readonly string[]>(this.key, []);
  }
}
