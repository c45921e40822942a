/** @file Facts about the whole process, also from within a worker thread, which has its own copy of the environment. */

interface Report {
  readonly environmentVariables?: Readonly<Record<string, string>>;
  readonly sharedObjects?: readonly string[];
}

/** The environment that native code sees; empty where Node was configured not to report it. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return report().environmentVariables ?? {};
}

/** Whether a native library whose file name contains `letters` is loaded. */
export function isLoaded(letters: string): boolean {
  const names = (report().sharedObjects ?? []).map((path) => path.replace(/^.*[\\/]/, ''));
  return names.some((name) => name.includes(letters));
}

function report(): Report {
  const { excludeNetwork } = process.report as { excludeNetwork?: boolean };
  // Otherwise host names of all open connections are resolved, which takes seconds when no name server answers.
  Object.assign(process.report, { excludeNetwork: true });
  try {
    return process.report.getReport() as Report;
  } finally {
    Object.assign(process.report, { excludeNetwork });
  }
}
