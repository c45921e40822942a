/** @file The vocabulary of the page for errors and notices: settings have the titles of their fields. */
import { libraryVocabulary, type Vocabulary } from '../../phrases.ts';
import { settingTitle } from '../api/setting-title.ts';

/** `“Clip fps”`, `“Frames: 3”`, `“Flip: off”`. What only the command does is named as the command does. */
export const pageVocabulary: Vocabulary = {
  setting(name, value) {
    if (name === 'cut') return 'lamp clips --cut';
    if (name === 'size') {
      return typeof value === 'object' ? `“Size: ${value.width} × ${value.height}”` : '“Width” and “Height”';
    }
    const title = settingTitle(name.split('.').at(-1)!);
    if (value === undefined) return `“${title}”`;
    const said =
      typeof value === 'object'
        ? `${value.width} × ${value.height}`
        : typeof value === 'boolean'
          ? value
            ? 'on'
            : 'off'
          : value;
    return `“${title}: ${said}”`;
  },
  call: libraryVocabulary.call,
};
