/**
 * @file The only file that loads ONNX Runtime, so that its telemetry is always disabled first. Otherwise version 1.30
 * on Linux and macOS, as soon as a session is created, writes a device id and events below the user's cache folder and
 * sends them to its vendor. It reads the environment at that moment, once per process.
 */
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import type * as OnnxRuntime from 'onnxruntime-node';
import { DeviceError } from '../errors.ts';
import { call, type GivenParts, phrase } from '../phrases.ts';
import { isLoaded, processEnvironment } from './process-facts.ts';

const variable = 'ORT_DISABLE_TELEMETRY';

/** Whether the runtime reads the value as true. */
const isYes = (value: string | undefined) => /^(1|true|yes|on)$/i.test(value ?? '');

/** Why sessions are refused in this process; `undefined` when telemetry is off. */
const refusal = silence();

// Required, not imported: bundlers and the loader may hoist an import above the code before it.
const runtime = createRequire(import.meta.url)('onnxruntime-node') as typeof OnnxRuntime;

// Failures are reported as errors; ONNX Runtime's own log lines would only disturb the terminal's output.
runtime.env.logLevel = 'fatal';

/** An input or output value of a session. */
export const OrtTensor = runtime.Tensor;
export type OrtTensor = OnnxRuntime.Tensor;

/** A loaded graph, ready to run. */
export type Session = OnnxRuntime.InferenceSession;
export type SessionOptions = OnnxRuntime.InferenceSession.SessionOptions;
export type SessionValues = OnnxRuntime.InferenceSession.OnnxValueMapType;

/**
 * Creates a session from a graph's ONNX bytes. Throws `DeviceError` where the runtime would send usage data; errors of
 * the runtime pass unchanged.
 */
export async function createSession(bytes: Uint8Array, options: SessionOptions): Promise<Session> {
  if (refusal !== undefined) throw new DeviceError(refusal);
  return runtime.InferenceSession.create(bytes, options);
}

/** Names of the built-in execution providers, such as `cpu` and `webgpu`. */
export function executionProviders(): string[] {
  return runtime.listSupportedBackends().map(({ name }) => name);
}

/** The runtime's version, such as `1.30.0`. */
export function runtimeVersion(): string {
  return runtime.env.versions.node ?? runtime.env.versions.common;
}

/** Disables the runtime's telemetry before it is loaded. Returns the reason where that is not possible. */
function silence(): GivenParts | undefined {
  const remedy = `Start the process with ${variable}=1 in its environment`;
  if (isLoaded('onnxruntime') && !isYes(processEnvironment()[variable])) {
    return {
      found: `another part of this program loaded ONNX Runtime before lamp-video and without ${variable}=1, so that usage data may be sent to its maker, which lamp-video does not take part in`,
      advice: `${remedy}, or import lamp-video first.`,
    };
  }
  process.env[variable] = '1';
  if (isMainThread || isYes(processEnvironment()[variable])) return undefined;
  return {
    found:
      "in a worker thread lamp-video cannot tell ONNX Runtime to send no usage data: the thread's process.env is a copy",
    advice: phrase`${remedy}, import lamp-video in the main thread first, or use ${call('startEngine')} there.`,
  };
}
