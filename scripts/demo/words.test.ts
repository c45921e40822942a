import { expect, test } from 'vitest';
import { motionVariants } from '../../src/motion/variant.ts';
import { pictureSampling } from '../../src/pipelines/draw/sampling-settings.ts';
import { defaultsOf } from '../../src/settings.ts';
import { clipsText, methodText, videosText } from './words.ts';

const plain = { prompt: 'a thing runs', copyPaste: 0, places: [], variant: motionVariants.lamp };
const captioned = [{ caption: 'a fox runs' }, { caption: 'a duck runs' }];

test('captions are mentioned if clips have some', () => {
  const told = (clips: { caption?: string }[]) => clipsText({ settings: plain, clips }, ['on the moon']);
  expect(told([{}, {}])).toBe('The prompt for every clip was “a thing runs”.');
  expect(told(captioned)).toBe('The prompt for each clip is written below it.');
  expect(told([...captioned, {}])).toMatch(
    /below the clips; that of clips without a caption was “a thing runs”/,
  );
});

test('so are the scenes that were put behind what moves, and whether the videos have them', () => {
  const settings = { ...plain, copyPaste: 0.67, places: ['on the moon', 'in the snow'] };
  const told = (...wished: string[]) => clipsText({ settings, clips: captioned }, wished);
  expect(told('on the moon')).toBe(
    'The prompt for each clip is written below it. In 67 % of the views that the model learned from, what moves was cut out and put before another scene: another clip’s, or one that the base model had drawn for one of 2 places. The places of all the videos below are among these, but none of their things.',
  );
  expect(told('on the moon', 'at home')).toMatch(/1 of the 2 places of the videos below are among these/);
  expect(told('at home')).toMatch(/for one of 2 places\.$/);
  expect(clipsText({ settings: { ...settings, places: [] }, clips: captioned }, [])).toMatch(
    /another scene: another clip’s\.$/,
  );
});

test('who draws what in a video', () => {
  const firstFrame = {
    kind: 'drawn',
    prompt: 'p',
    negativePrompt: '',
    ...defaultsOf(pictureSampling),
    samplerSteps: 1,
  } as const;
  const plain = 'The base model draws the first frame; the motion makes the others from it';
  expect(videosText({ firstFrame, imageModelBelow: 0 })).toBe(`${plain}.`);
  expect(videosText({ firstFrame, imageModelBelow: 240 })).toBe(
    `${plain}, and the base model redraws details that the motion did not copy from the first frame.`,
  );
  expect(videosText({ firstFrame: { kind: 'none' }, imageModelBelow: 0 })).toBe(
    'The motion draws all frames.',
  );
});

test('the base model and the method are named as they are', () => {
  const of = (variant: (typeof motionVariants)['lamp'], builtIn = true) =>
    methodText({ settings: { ...plain, variant }, clips: [] }, builtIn);
  expect(of(motionVariants.lamp)).toMatch(/trained before, for hours.*LAMP as in the paper\.$/);
  expect(of(motionVariants['lamp-extended'])).toMatch(/LAMP with additions \(“lamp-extended”\)/);
  expect(of(motionVariants['plain-convolution'], false)).toBe(
    'What the base model can draw it had learned before. The method is a variant of LAMP: plain-convolution.',
  );
  expect(of({ ...motionVariants.lamp, movement: true })).toContain('"movement":true');
});
