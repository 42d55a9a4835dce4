import type * as vscode from 'vscode';

/**
 * What is beside the editor, such as a chat: a host may lack it or refuse it, and the rest does not depend on it.
 * @param register may find nothing to register with
 * @returns what it has registered: one disposable or none
 */
export function optionalFeature(register: () => vscode.Disposable | undefined): readonly vscode.Disposable[] {
  try {
    const registered = register();
    return registered ? [registered] : [];
  } catch (error) {
    console.error(error);
    return [];
  }
}
