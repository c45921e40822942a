/** @file Programs that use the installed package. */

/** The body of both programs: draws with the built-in model, in this process and in an engine. */
const use = `
  process.on('warning', (warning) => { throw warning; });
  const request = { prompt: 'a fox in the snow', samplerSteps: 1, width: 32, height: 32 };
  const here = await lamp.drawImage({ ...request, out: 'fox.png' });
  const engine = await lamp.startEngine();
  const there = await engine.drawImage({ ...request });
  await engine.close();
  if (!Buffer.from(here.picture.data).equals(there.picture.data)) throw new Error('two processes, two pictures');
  const refused = await lamp.generateVideo({ prompt: 'a fox', motion: 'none' }).catch((error) => error);
  if (!(refused instanceof lamp.CheckpointError)) throw refused;
  console.log(Object.keys(lamp).sort().join(' '));`;

/** Checks what works without the video codecs; the argument says why they are missing. */
const withoutCodecs = `
  const frame = { width: 16, height: 16, data: new Uint8Array(768).fill(90) };
  const write = (path) => lamp.writeVideo(path, [frame, frame], { framesPerSecond: 8, metadata: { made: 'here' } });
  for (const path of ['clip.gif', 'frames/']) {
    await write(path);
    if ((await lamp.readVideoMetadata(path)).made !== 'here') throw new Error(path + ' lost its metadata');
  }
  for (const path of ['clip.mp4', 'clip.webm']) {
    const refused = await write(path).catch((error) => error);
    if (!(refused instanceof lamp.LampError && refused.message.includes(process.argv[2]))) throw refused;
  }`;

/** Checks what the video codecs add. */
const withCodecs = `
  const frame = { width: 16, height: 16, data: new Uint8Array(768).fill(90) };
  for (const path of ['coded.mp4', 'coded.webm']) {
    await lamp.writeVideo(path, [frame, frame], { framesPerSecond: 8, metadata: { made: 'here' } });
    if ((await lamp.readVideoMetadata(path)).made !== 'here') throw new Error(path + ' lost its metadata');
  }`;

/** Type errors that must occur, and types that must exist. */
const types = `
const made: Promise<lamp.Video> = lamp.generateVideo({ prompt: 'a fox jumps', motion: 'runs/jumps', samplerSteps: 4 });
made.then(({ frames }) => frames.map((frame: lamp.Picture): Uint8Array => frame.data));
const refusal: lamp.LampError = new lamp.UsageError('no');
const code: 2 = new lamp.UsageError('no').exitCode;
// @ts-expect-error: it is a number
lamp.generateVideo({ prompt: 'a fox jumps', motion: 'runs/jumps', samplerSteps: 'four' });
// @ts-expect-error: there is no such option
lamp.generateVideo({ prompt: 'a fox jumps', stepz: 4 });
export const all = { made, refusal, code };
`;

/** Files by name. */
export const consumerFiles: Readonly<Record<string, string>> = {
  'package.json': '{ "private": true }\n',
  'program.mjs': `import * as lamp from 'lamp-video';\n${use}\n`,
  'program.cjs': `const lamp = require('lamp-video');\n(async () => {${use}\n})();\n`,
  'without-codecs.mjs': `import * as lamp from 'lamp-video';\n${withoutCodecs}\n`,
  'with-codecs.mjs': `import * as lamp from 'lamp-video';\n${withCodecs}\n`,
  'types.mts': `import * as lamp from 'lamp-video';${types}`,
  'types.cts': `import lamp = require('lamp-video');${types}`,
};
