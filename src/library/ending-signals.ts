/**
 * @file Signals that end a process unless it answers them. Left out are those that nothing answers (SIGKILL), that tell
 * of a fault in the program itself (SIGSEGV and its like), and SIGPROF, which profilers of Node use.
 */

/** Someone wants the program to end. Sent a second time they insist. `SIGBREAK` is Windows' Ctrl-Break. */
export const WISH_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGBREAK'] as const;

/**
 * Something is going to end the program soon: a scheduler of jobs, a limit or a timer, failing power. They may come
 * again and again (SIGXCPU every second), which is no insistence.
 */
export const WARNING_SIGNALS = ['SIGUSR2', 'SIGXCPU', 'SIGALRM', 'SIGVTALRM', 'SIGPWR'] as const;

/** All of them. Those that a system does not have never come. */
export const ENDING_SIGNALS = [...WISH_SIGNALS, ...WARNING_SIGNALS] as const;

/** A signal that ends a process unless it answers it. */
export type EndingSignal = (typeof ENDING_SIGNALS)[number];
