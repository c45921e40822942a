import { readFixtureFile } from '../src/testing/fixture.ts';
import * as n from '../src/testing/parity/training.ts';
import { checkActivations } from '../src/testing/parity/networks.ts';
const folder = process.argv[2]!;
for (const [name, check] of [['unet3d_rand_activations', checkActivations],['train_grad', n.checkGradients],['train_grad_init', n.checkGradients],['train_batch2', n.checkGradients],['train_adamw_lr1e-3', n.checkOptimiser],['train_adamw_lr3e-5', n.checkOptimiser],['train_adamw_lr1e-3_clip0.05', n.checkOptimiser]] as const) {
  const t = Date.now();
  try { console.log(name, (await check(folder, await readFixtureFile(folder, name))).result(), Date.now()-t); } catch (e) { console.log(name, e); }
}
