/** @file Which ONNX Runtime this is. */
import { listSupportedBackends } from 'onnxruntime-node';
import { deviceNames } from '../../runtime/devices.ts';
import { softwareVersions } from '../../versions.ts';

/** Versions, the execution providers that are built in, and the devices that graphs may be asked to run on. */
export async function probeEngine() {
  const providers = listSupportedBackends().map(({ name }) => name);
  return { versions: softwareVersions(), providers, devices: [...deviceNames] as string[] };
}
