/** Everything one `npm start` needs, in a temporary folder that goes with it. */
export interface Playground {
  readonly userDataFolder: string;
  readonly extensionsFolder: string;
  /** A copy of the sample workspace: a person may change it. */
  readonly workspace: string;
  readonly env: Readonly<Record<string, string>>;
}
