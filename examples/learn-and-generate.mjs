// Learns a motion from a folder of clips, then generates a video in which something else moves that way.
//   node learn-and-generate.mjs [steps [frames]]
// By default, training takes as many steps as the base model recommends: about ten minutes with the built-in one.
import { fileURLToPath } from 'node:url';
import { generateVideo, learnMotion } from 'lamp-video';

// Eight clips come with the package.
const clips = new URL('assets/demo/clips', import.meta.resolve('lamp-video/package.json'));
const [steps, frames] = process.argv.slice(2).map(Number);

const learned = await learnMotion({
  clips: [fileURLToPath(clips)],
  prompt: 'a thing runs',
  out: 'runs/running',
  steps,
  frames,
  onEvent: (event) => {
    if (event.type === 'step')
      console.log(`step ${event.step} of ${event.steps}: loss ${event.loss.toFixed(4)}`);
  },
});

const video = await generateVideo({
  motion: learned.path,
  prompt: 'a fox runs in the snow',
  out: 'fox-runs.gif',
});

// Each frame is a picture: width * height * 3 bytes of 8-bit RGB.
for (const [i, { width, height, data }] of video.frames.entries()) {
  console.log(`frame ${i}: ${width} x ${height}, ${data.length} bytes`);
}
