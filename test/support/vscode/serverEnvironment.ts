/** Variables that would tie a new VS Code to the one whose terminal we run in, or move its port. */
const leaking = /^(VSCODE_|ELECTRON_|CODE_SERVER_|PORT$|PASSWORD$|HASHED_PASSWORD$)/;

/** This process' environment for a VS Code of our own; the gallery is switched off. */
export function serverEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !leaking.test(name)));
  return { ...kept, EXTENSIONS_GALLERY: '{"serviceUrl":""}', ...extra };
}
