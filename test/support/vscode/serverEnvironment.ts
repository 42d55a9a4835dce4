/**
 * Environment variables that would connect a new VS Code to the VS Code whose terminal runs this process, or change its
 * port.
 */
const leaking = /^(VSCODE_|ELECTRON_|CODE_SERVER_|PORT$|PASSWORD$|HASHED_PASSWORD$)/;

/** Returns the environment for a new VS Code, with the gallery disabled. */
export function serverEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !leaking.test(name)));
  return { ...kept, EXTENSIONS_GALLERY: '{"serviceUrl":""}', ...extra };
}
