import path from 'node:path';

/** The part of desktop VS Code's command line that a test run needs. */
export interface DesktopArguments {
  readonly userDataFolder: string;
  readonly extensionsFolder: string;
  readonly extensionDevelopmentPaths: readonly string[];
  readonly extensionTestsPath: string;
  /** Folder to open. If undefined, the window is empty. */
  readonly workspace: string | undefined;
  /** Whether to enable workspace trust. Desktop VS Code has no such option and trusts every workspace of a test run. */
  readonly workspaceTrust: boolean;
}

const known = ['user-data-dir', 'extensions-dir', 'extensionDevelopmentPath', 'extensionTestsPath'] as const;
type Known = (typeof known)[number];

const workspaceTrust = '--enable-workspace-trust';

/** Parses `--name value` and `--name=value`, and ignores options that only the desktop needs. */
export function parseDesktopArguments(args: readonly string[]): DesktopArguments {
  const values: Record<Known, string[]> = {
    'user-data-dir': [],
    'extensions-dir': [],
    extensionDevelopmentPath: [],
    extensionTestsPath: [],
  };
  const positional: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const [, option, inline] = /^--([\w-]+)(?:=(.*))?$/s.exec(args[index] ?? '') ?? [];
    const name = known.find((candidate) => candidate === option);
    if (name) {
      values[name].push(path.resolve(inline ?? args[++index] ?? ''));
    } else if (option === undefined) {
      positional.push(path.resolve(args[index] ?? ''));
    }
  }
  return {
    userDataFolder: required(values, 'user-data-dir'),
    extensionsFolder: required(values, 'extensions-dir'),
    extensionDevelopmentPaths: values.extensionDevelopmentPath,
    extensionTestsPath: required(values, 'extensionTestsPath'),
    workspace: positional[0],
    workspaceTrust: args.includes(workspaceTrust),
  };
}

function required(values: Readonly<Record<Known, readonly string[]>>, name: Known): string {
  const [value] = values[name];
  if (value === undefined) {
    throw new Error(`--${name} is missing`);
  }
  return value;
}
