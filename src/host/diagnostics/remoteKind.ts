const known = ['ssh-remote', 'wsl', 'dev-container', 'attached-container', 'codespaces', 'tunnel'];

/**
 * What a report may say of a remote: some hosts put the address of a machine where its kind belongs.
 * @param name `vscode.env.remoteName`
 */
export function remoteKind(name: string | undefined): string | null {
  if (name === undefined) return null;
  return known.includes(name) ? name : 'other';
}
