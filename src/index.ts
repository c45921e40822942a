/** @file The library's public face. */
export * from './errors.ts';
export type { OnEvent, ProgressEvent, Stage, WorkOptions } from './events.ts';
