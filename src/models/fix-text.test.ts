import { describe, expect, test } from 'vitest';
import { fixText } from './fix-text.ts';

// The expected texts are what ftfy 6.3.1 itself gives for them.
describe('fixText', () => {
  test.each([
    ['', ''],
    ['plain text stays', 'plain text stays'],
    ['&amp;amp; &eacute;&EACUTE;&hellip; &#233;&#xE9;&#150;&#0;', '& éÉ… éé–�'],
    ['&notanentity; &amp', '&notanentity; &amp'],
    ['<b>html</b> &amp; &lt;tag&gt;', '<b>html</b> &amp; &lt;tag&gt;'],
    ['&amp; first\n<b> &amp;\n&amp; last', '& first\n<b> &amp;\n&amp; last'],
    ['\x1b[31mred\x1b[0;1m', 'red'],
    ['a\x00\x07\x0b\x7f\u206a\ufeff\ufffcb', 'ab'],
    ['ﬁne ﬂow eﬀort oﬃce ﬅ ĳ Ǆ ŉ', "fine flow effort office ſt ij DŽ 'n"],
    ['ＦＵＬＬ　ｗｉｄｔｈ ｶﾞ ￥', 'FULL width ガ ¥'],
    ['“curly” ‘single’ it’s', "\"curly\" 'single' it's"],
    ['„low‚ ′prime´', '"low\' ′prime´'],
    ['a\r\nb\rc\u2028d\u2029e', 'a\nb\nc\nd\ne'],
    ['\x93quoted\x94', '"quoted"'],
    ['e\u0301 a\u030a', 'é å'],
    ['cafÃ© dâ€™Ivoire', "café d'Ivoire"],
    ['CÃ´te dâ€™Ivoire “x” 日本', 'Côte d\'Ivoire "x" 日本'],
    ['ðŸ˜€ Ð¿Ñ€Ð¸', '😀 при'],
    ['IL Y MARQUÉ… CAFÉ™ SÃO IRMÃ…', 'IL Y MARQUÉ… CAFÉ™ SÃO IRMÃ…'],
    ['a “café”…', 'a "café"…'],
  ])('%j', (text, expected) => {
    expect(fixText(text)).toBe(expected);
  });

  test('lone surrogates become U+FFFD, pairs stay', () => {
    expect(fixText('\ud83d\ude00 \ud83d x')).toBe('😀 \ufffd x');
  });
});
