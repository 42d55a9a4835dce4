/** The part of `vscode.Memento` that stores the state of a workspace. */
export interface StateStore {
  get(key: string): unknown;
  update(key: string, value: unknown): Thenable<void>;
}
