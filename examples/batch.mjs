// Animates every picture in a folder with one motion, and continues where it was stopped.
//   node batch.mjs pictures animated [motion]
// `motion` is a run folder or a motion file; default: runs/running, which learn-and-generate.mjs makes.
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { LampError, startEngine } from 'lamp-video';

const [pictures = 'pictures', animated = 'animated', motion = 'runs/running'] = process.argv.slice(2);
const names = await readdir(pictures).catch((error) => {
  console.error(`the folder "${pictures}" cannot be read (${error.code}); give one with pictures`);
  process.exit(1);
});
await mkdir(animated, { recursive: true });

// The engine keeps its compiled networks from one call to the next.
const engine = await startEngine();
try {
  for (const name of names.filter((name) => /\.(png|jpe?g|webp|avif)$/i.test(name)).sort()) {
    const out = join(animated, `${parse(name).name}.gif`);
    if (existsSync(out)) continue; // outputs appear whole or not at all
    try {
      await engine.animateImage({ picture: join(pictures, name), motion, out });
      console.log(out);
    } catch (error) {
      if (!(error instanceof LampError)) throw error;
      console.error(`${name}: ${error.message}`);
      process.exitCode = 1;
    }
  }
} finally {
  await engine.close();
}
