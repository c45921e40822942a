/**
 * @file Signals that end a process unless it handles them, except those that cannot be handled (SIGKILL), those that
 * report a fault of the program (SIGSEGV and the like), and SIGPROF, which Node's profilers use.
 */

/** Signals by which a user asks the program to end; a second one insists. `SIGBREAK` is Ctrl-Break on Windows. */
export const WISH_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGBREAK'] as const;

/**
 * Signals that warn of an imminent end: by a job scheduler, a limit, a timer or failing power. They may be repeated
 * (SIGXCPU every second) without insisting.
 */
const WARNING_SIGNALS = ['SIGUSR2', 'SIGXCPU', 'SIGALRM', 'SIGVTALRM', 'SIGPWR'] as const;

/** All these signals. Those that a system lacks never occur. */
export const ENDING_SIGNALS = [...WISH_SIGNALS, ...WARNING_SIGNALS] as const;

/** A signal that ends a process unless it is handled. */
export type EndingSignal = (typeof ENDING_SIGNALS)[number];
