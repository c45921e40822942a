/** @file What is true of the whole process, also when asked in a worker thread, which has an environment of its own. */

interface Report {
  readonly environmentVariables?: Readonly<Record<string, string>>;
  readonly sharedObjects?: readonly string[];
}

/** The environment that native code sees; empty where Node was told not to tell it. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return report().environmentVariables ?? {};
}

/** Whether a native library is loaded whose file's name contains these letters. */
export function isLoaded(letters: string): boolean {
  const names = (report().sharedObjects ?? []).map((path) => path.replace(/^.*[\\/]/, ''));
  return names.some((name) => name.includes(letters));
}

function report(): Report {
  const { excludeNetwork } = process.report as { excludeNetwork?: boolean };
  // Else the names of all that this process is connected to are looked up, which takes seconds where no server answers.
  Object.assign(process.report, { excludeNetwork: true });
  try {
    return process.report.getReport() as Report;
  } finally {
    Object.assign(process.report, { excludeNetwork });
  }
}
