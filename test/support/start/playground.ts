/** The files of one `npm start`, in a temporary folder that is removed at the end. */
export interface Playground {
  readonly userDataFolder: string;
  readonly extensionsFolder: string;
  /** Copy of the sample workspace, which the user may change. */
  readonly workspace: string;
  readonly env: Readonly<Record<string, string>>;
}
