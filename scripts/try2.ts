import { readFixtureFile } from '../src/testing/fixture.ts';
import * as n from '../src/testing/parity/training.ts';
import { Comparison } from '../src/testing/parity/compare.ts';
const rows: [string, number][] = [];
const add = Comparison.prototype.add;
Comparison.prototype.add = function (d, e, t) { rows.push([d, e]); return add.call(this, d, e, t); };
const folder = process.argv[2]!;
for (const name of ['train_grad','train_batch2', 'train_grad_init']) {
  rows.length = 0;
  const r = (await n.checkGradients(folder, await readFixtureFile(folder, name))).result();
  console.log(name, r.error, r.detail);
  rows.sort((a,b)=>b[1]-a[1]); for (const [d,e] of rows.slice(0,12)) console.log('  ', e.toExponential(2), d);
}
