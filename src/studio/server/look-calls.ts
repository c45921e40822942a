/**
 * @file What can be looked at, each by a process of its own. What reads is loaded only when it is needed, since each of
 * these processes does one thing.
 */

/** See the file. All take one object, and return what can be sent to another process. */
export const lookCalls = {
  receiveClip: async (given: import('./look-media.ts').ReceiveClip) =>
    (await import('./look-media.ts')).receiveClip(given),
  receivePicture: async (given: import('./look-media.ts').ReceivePicture) =>
    (await import('./look-media.ts')).receivePicture(given),
  copies: async (given: { readonly tasks: readonly import('./look-media.ts').CopyTask[] }) =>
    (await import('./look-media.ts')).makeCopies(given.tasks),
  frame: async (given: import('./look-media.ts').FrameTask) =>
    (await import('./look-media.ts')).takeFrame(given),
  clips: async (given: import('./look-clips.ts').LookAtClips) =>
    (await import('./look-clips.ts')).lookAtClips(given),
  describe: async (given: { readonly path: string }) =>
    (await import('./look-inside.ts')).describe(given.path),
  fingerprint: async (given: { readonly path: string }) =>
    (await import('./look-inside.ts')).fingerprint(given.path),
  convert: async (given: import('./look-inside.ts').ReferenceUpload) =>
    (await import('./look-inside.ts')).convertReference(given),
  base: async (given: { readonly path: string }) =>
    (await import('./look-inside.ts')).describeBase(given.path),
  doctor: async (_: object) => (await import('./look-inside.ts')).doctor(),
  estimate: async (given: import('./look-estimate.ts').EstimateQuestion) =>
    (await import('./look-estimate.ts')).estimateWork(given),
};

/** See `lookCalls`. */
export type LookCalls = typeof lookCalls;
