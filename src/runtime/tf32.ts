/**
 * @file TF32: on NVIDIA cards since 2020, CUDA's libraries round the factors of f32 products to 10 bits of mantissa
 * unless told otherwise. ONNX Runtime's provider option for it, `use_tf32`, is not passed on by its Node.js binding, so
 * the libraries' own environment variable is used, which they read once, when the first session is opened.
 */
import { DeviceError } from '../errors.ts';
import { phrase, setting } from '../phrases.ts';

/** NVIDIA's variable: with 0 its libraries never use TF32, whatever a program asks for. */
const variable = 'NVIDIA_TF32_OVERRIDE';

/** Whether sessions on CUDA may use TF32; `undefined` until something on CUDA was asked for. */
let allowed: boolean | undefined;

/**
 * Decides, before anything is computed on CUDA, whether products may be rounded to TF32. Throws `DeviceError` if the
 * process has already decided otherwise.
 */
export function allowTf32(wanted: boolean): void {
  if (allowed === wanted) return;
  if (allowed !== undefined) {
    const [now, before] = wanted ? ['tf32', 'f32'] : ['f32', 'tf32'];
    throw new DeviceError({
      found: phrase`${setting('precision', now!)} was chosen, but this process has computed on CUDA with ${setting('precision', before!)}`,
      setting: 'precision',
      advice: 'Use one of them for a whole process: CUDA’s libraries decide once.',
    });
  }
  allowed = wanted;
  if (!wanted) process.env[variable] = '0';
}

/** Decides on f32 if nothing was decided: called before a session on CUDA is opened. */
export function settleTf32(): void {
  if (allowed === undefined) allowTf32(false);
}
