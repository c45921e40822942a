import { expect, test } from 'vitest';
import { inspectClip } from '../../media/clip.ts';
import { picture } from '../../media/picture.ts';
import { readVideoMetadata } from '../../media/video-file.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { settingsKey } from './stored-settings.ts';
import { type Video, writeStoredVideo } from './stored-video.ts';

const at = await testFolder();
const frames = [0, 128, 255].map((grey) => picture(16, 16, new Uint8Array(16 * 16 * 3).fill(grey)));
const settings = { prompt: 'a fox' } as Video['settings'];

test.each([
  ['video.mp4', 60, 60],
  ['video.gif', 60, 50],
  ['video.gif', 10, 10],
])('%s at %d frames a second stores how it was made, and plays at %d', async (name, asked, played) => {
  const path = at(name);
  expect(await writeStoredVideo(path, { frames, settings, framesPerSecond: asked })).toBe(played);
  expect(JSON.parse((await readVideoMetadata(path))[settingsKey]!)).toEqual({
    prompt: 'a fox',
    framesPerSecond: played,
  });
  expect(await inspectClip(path)).toMatchObject({ frameCount: 3, framesPerSecond: played });
});
