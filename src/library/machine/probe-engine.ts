/** @file Which ONNX Runtime this is. */
import { deviceNames } from '../../runtime/devices.ts';
import { executionProviders } from '../../runtime/onnx-runtime.ts';
import { softwareVersions } from '../../runtime/software-versions.ts';

/** Versions, the execution providers that are built in, and the devices that graphs may be asked to run on. */
export async function probeEngine() {
  return {
    versions: softwareVersions(),
    providers: executionProviders(),
    devices: [...deviceNames] as string[],
  };
}
