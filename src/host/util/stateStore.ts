/** The methods of `vscode.Memento` that are needed to store the state of a workspace. */
export interface StateStore {
  get(key: string): unknown;
  update(key: string, value: unknown): Thenable<void>;
}
