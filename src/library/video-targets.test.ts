import { join } from 'node:path';
import { expect, test } from 'vitest';
import { videoTargets } from './video-targets.ts';

test('one picture goes where out says', () => {
  expect(videoTargets(['a.png'], 'x.gif')).toEqual(['x.gif']);
  expect(videoTargets(['a.png'], 'x.MP4', 'mp4')).toEqual(['x.MP4']);
  expect(videoTargets(['a.png'], 'frames')).toEqual(['frames']);
  expect(videoTargets(['in/a.png'], 'out', 'webm')).toEqual([join('out', 'a.webm')]);
});

test('one out of a folder goes into a folder, unless out is a video', () => {
  expect(videoTargets(['in/a.png'], 'out', undefined, true)).toEqual([join('out', 'a.mp4')]);
  expect(videoTargets(['in/a.png'], 'a.gif', undefined, true)).toEqual(['a.gif']);
});

test('several go into a folder under their own names, none twice', () => {
  const pictures = ['a.png', 'in/b.2024.jpg', 'A.jpg', 'other/a.png'];
  expect(videoTargets(pictures, 'out')).toEqual(
    ['a.mp4', 'b.2024.mp4', 'A-2.mp4', 'a-3.mp4'].map((name) => join('out', name)),
  );
  expect(videoTargets(['a.png', 'b.2024.jpg'], 'out/', 'frames')).toEqual([
    join('out', 'a/'),
    join('out', 'b.2024/'),
  ]);
});

test('refuses contradictions', () => {
  expect(() => videoTargets(['a.png', 'b.png'], 'x.mp4')).toThrow(
    '"out" "x.mp4" is one video, but there are 2 pictures. Give a folder, and the kind of videos with "format".',
  );
  expect(() => videoTargets(['a.png'], 'x.mp4', 'gif')).toThrow(
    '"out" "x.mp4" does not end in .gif, which "format" asks for. Leave "format" out',
  );
  expect(() => videoTargets(['a.png'], 'x.avi')).toThrow('ends in .avi');
});
