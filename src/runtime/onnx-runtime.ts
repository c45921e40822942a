/**
 * @file The only file that loads ONNX Runtime, so that it is told first to send no usage data. On Linux and macOS its version
 * 1.30 else writes a device's number and events below the user's cache folder, and sends them to its maker, from the moment
 * that a session is made. It reads the environment then, once in a process.
 */
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import type * as OnnxRuntime from 'onnxruntime-node';
import { DeviceError } from '../errors.ts';
import { isLoaded, processEnvironment } from './process-facts.ts';

const variable = 'ORT_DISABLE_TELEMETRY';

/** What the runtime takes for yes. */
const isYes = (value: string | undefined) => /^(1|true|yes|on)$/i.test(value ?? '');

/** Why sessions are not made in this process; `undefined` where nothing is sent. */
const refusal = silence();

// Not imported: bundlers and the loader may move an import before everything else.
const runtime = createRequire(import.meta.url)('onnxruntime-node') as typeof OnnxRuntime;

// What goes wrong comes back as an error; the engine's own log lines would only tear the terminal's output.
runtime.env.logLevel = 'fatal';

/** A value that goes into a session or comes out of it. */
export const OrtTensor = runtime.Tensor;
export type OrtTensor = OnnxRuntime.Tensor;

/** A graph that can be run, what it is made with, and the values that it gives. */
export type Session = OnnxRuntime.InferenceSession;
export type SessionOptions = OnnxRuntime.InferenceSession.SessionOptions;
export type SessionValues = OnnxRuntime.InferenceSession.OnnxValueMapType;

/**
 * Makes a session of a graph's ONNX bytes. Throws `DeviceError` where the runtime would send usage data, and what the runtime
 * throws.
 */
export async function createSession(bytes: Uint8Array, options: SessionOptions): Promise<Session> {
  if (refusal !== undefined) throw new DeviceError(refusal);
  return runtime.InferenceSession.create(bytes, options);
}

/** Names of the execution providers that are built in, such as `cpu` and `webgpu`. */
export function executionProviders(): string[] {
  return runtime.listSupportedBackends().map(({ name }) => name);
}

/** The runtime's version, such as `1.30.0`. */
export function runtimeVersion(): string {
  return runtime.env.versions.node ?? runtime.env.versions.common;
}

/** Tells the runtime, before it is loaded, to send nothing. Gives the reason where that is not possible. */
function silence(): string | undefined {
  const remedy = `Start the process with ${variable}=1 in its environment`;
  if (isLoaded('onnxruntime') && !isYes(processEnvironment()[variable])) {
    return `another part of this program loaded ONNX Runtime before lamp-video and without ${variable}=1, so that usage data may be sent to its maker, which lamp-video does not take part in. ${remedy}, or import lamp-video first.`;
  }
  process.env[variable] = '1';
  if (isMainThread || isYes(processEnvironment()[variable])) return undefined;
  return `in a worker thread lamp-video cannot tell ONNX Runtime to send no usage data: the thread's process.env is a copy. ${remedy}, import lamp-video in the main thread first, or use startEngine there.`;
}
