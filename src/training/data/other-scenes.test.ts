import { expect, test } from 'vitest';
import { captionOfView, placeOf, withPlace } from './other-scenes.ts';
import { plainView } from './view.ts';

test.each([
  ['a panda runs on the beach', 'on the beach', 'a panda runs'],
  ['an astronaut falls down in the night sky', 'in the night sky', 'an astronaut falls down'],
  ['a man on a horse rides through the desert', 'through the desert', 'a man on a horse rides'],
  ['A dog jumps, in a garden ', 'in a garden', 'A dog jumps'],
  ['a cow before a plain red ground', 'before a plain red ground', 'a cow'],
  ['a balloon flies up', undefined, 'a balloon flies up'],
  ['fireworks', undefined, 'fireworks'],
  ['on the beach', undefined, 'on the beach'],
])('of "%s" the place is "%s"', (caption, place, bare) => {
  expect(placeOf(caption)).toBe(place);
  expect(withPlace(caption, undefined)).toBe(bare);
  expect(withPlace(caption, 'on the moon')).toBe(`${bare} on the moon`);
});

test('the caption of a view before another scene names that place; other views keep the caption', () => {
  const scenes = { places: ['in the sea', undefined] };
  const say = (caption: string | undefined, index?: number) =>
    captionOfView(
      caption === undefined ? {} : { caption },
      { ...plainView, ...(index !== undefined && { scene: { index, flipped: false } }) },
      'a thing runs',
      scenes,
    );
  expect(say('a cow runs on the grass')).toBe('a cow runs on the grass');
  expect(say('a cow runs on the grass', 0)).toBe('a cow runs in the sea');
  expect(say('a cow runs on the grass', 1)).toBe('a cow runs');
  expect(say(undefined, 0)).toBe('a thing runs in the sea');
  expect(say(undefined)).toBe('a thing runs');
});
