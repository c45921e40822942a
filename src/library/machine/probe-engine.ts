/** @file Probes ONNX Runtime. */
import { deviceNames } from '../../runtime/devices.ts';
import { executionProviders } from '../../runtime/onnx-runtime.ts';
import { softwareVersions } from '../../runtime/software-versions.ts';

/** Versions, built-in execution providers, and available devices. */
export async function probeEngine() {
  return {
    versions: softwareVersions(),
    providers: executionProviders(),
    devices: [...deviceNames] as string[],
  };
}
