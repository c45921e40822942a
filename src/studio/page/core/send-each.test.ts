import { expect, test } from 'vitest';
import { dismiss, takePlace, tell, toastsAt } from './messages.ts';
import { sendEach } from './send-each.ts';

test('a file that is refused is named, and the others are taken', async () => {
  const files = ['a.png', 'b.heic', 'c.png'].map((name) => ({ name }));
  const taken = await sendEach(files, async ({ name }) => {
    if (name === 'b.heic') throw new Error('it is no picture');
    return name.toUpperCase();
  });
  expect(taken).toEqual(['A.PNG', 'C.PNG']);
  const page = {};
  const leave = takePlace(page);
  expect(toastsAt(page).map(({ problem }) => problem?.message)).toEqual(['“b.heic”: it is no picture']);
  for (const { key } of toastsAt(page)) dismiss(key);
  leave();
});

test('messages appear in the dialog that is above the page, as long as it is there', () => {
  const [page, dialog] = [{}, {}];
  const leavePage = takePlace(page);
  tell({ text: 'it is done' });
  const texts = () => [page, dialog].map((place) => toastsAt(place).map(({ text }) => text));
  expect(texts()).toEqual([['it is done'], []]);
  const leaveDialog = takePlace(dialog);
  expect(texts()).toEqual([[], ['it is done']]);
  leaveDialog();
  expect(texts()).toEqual([['it is done'], []]);
  leavePage();
});
