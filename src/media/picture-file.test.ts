import { readFile, stat, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { MediaError, StorageError, UsageError } from '../errors.ts';
import { testFolder } from '../testing/test-folder.ts';
import { testdata } from '../testing/testdata.ts';
import { picture } from './picture.ts';
import { readPicture, readPngMetadata, writePng } from './picture-file.ts';

const at = await testFolder();
const red = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#ff0000' } });

describe('readPicture', () => {
  test('reads at the picture’s own or another size', async () => {
    const cat = await readPicture(testdata('pictures/skimage_chelsea.png'));
    expect([cat.width, cat.height, cat.data.length]).toEqual([451, 300, 451 * 300 * 3]);
    const small = await readPicture(testdata('pictures/skimage_chelsea.png'), {
      size: { width: 64, height: 40 },
    });
    expect([small.width, small.height]).toEqual([64, 40]);
  });

  test('turns by EXIF orientation', async () => {
    await red(8, 4).withMetadata({ orientation: 6 }).jpeg().toFile(at('turned.jpg'));
    const turned = await readPicture(at('turned.jpg'));
    expect([turned.width, turned.height]).toEqual([4, 8]);
  });

  test('lays transparency on white', async () => {
    const half = Buffer.from([255, 0, 0, 128, 0, 0, 0, 0]);
    await sharp(half, { raw: { width: 2, height: 1, channels: 4 } })
      .png()
      .toFile(at('clear.png'));
    const flat = await readPicture(at('clear.png'));
    expect([...flat.data]).toEqual([255, 127, 127, 255, 255, 255]);
  });

  test('reads 16 bits and grey', async () => {
    const deep = Uint16Array.of(0, 0x8080, 0xffff, 0x1010, 0, 0xff00);
    await sharp(deep, { raw: { width: 2, height: 1, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toFile(at('deep.png'));
    expect((await sharp(at('deep.png')).metadata()).depth).toBe('ushort');
    expect([...(await readPicture(at('deep.png'))).data]).toEqual([0, 128, 255, 16, 0, 255]);
    await sharp(Buffer.of(7, 200), { raw: { width: 2, height: 1, channels: 1 } })
      .png()
      .toFile(at('grey.png'));
    expect([...(await readPicture(at('grey.png'))).data]).toEqual([7, 7, 7, 200, 200, 200]);
  });

  test('names the kinds that are not read, by their first bytes', async () => {
    await expect(readPicture(testdata('pictures/red.heic'))).rejects.toThrow(
      /is HEIC, the format of phones, which is not read\. Save it as JPEG or PNG: .*heif-convert/,
    );
    const heic = await readFile(testdata('pictures/red.heic'));
    heic.write('mif1', 8, 'latin1'); // As other programs write it: only the further brands tell.
    const avif = await red(8, 4).avif().toBuffer();
    const files: [string, Buffer | string, string][] = [
      ['mif1.heic', heic, 'is HEIC, '],
      ['a.bmp', 'BM\x46\0\0\0', 'is BMP, which is not read. Save it as PNG'],
      ['a.jxl', Buffer.of(0xff, 0x0a, 0, 0), 'is JPEG XL, which is not read'],
      ['a.dng', await red(8, 4).tiff().toBuffer(), "is a camera's raw file, which is not read"],
      ['a.psd', '8BPS\0\x01', 'is a Photoshop document (PSD), which'],
      [
        'a.png',
        Buffer.concat([Buffer.of(0, 0, 0, 24), Buffer.from('ftypisom\0\0\0\0isomavc1')]),
        'is a video, ',
      ],
      ['hevc.avif', Buffer.from(avif.toString('latin1').replaceAll('avif', 'heic'), 'latin1'), 'is HEIC, '],
    ];
    for (const [name, content, message] of files) {
      await writeFile(at(name), content);
      const error = await readPicture(at(name)).catch((thrown: unknown) => thrown);
      expect(error, name).toBeInstanceOf(MediaError);
      expect((error as Error).message).toContain(message);
    }
  });

  test('reads AVIF, under the brands that it has', async () => {
    const avif = await red(8, 4).avif({ lossless: true, chromaSubsampling: '4:4:4' }).toBuffer();
    await writeFile(at('red.avif'), avif);
    expect([...(await readPicture(at('red.avif'))).data.subarray(0, 3)]).toEqual([255, 0, 0]);
  });

  test('says what is wrong in one line', async () => {
    await writeFile(at('text.png'), 'no picture');
    await writeFile(at('empty.png'), '');
    const whole = await readFile(testdata('pictures/skimage_chelsea.png'));
    await writeFile(at('cut.png'), whole.subarray(0, 9000));
    await writeFile(at('big.svg'), '<svg xmlns="http://www.w3.org/2000/svg" width="20000" height="20000"/>');
    const messages: [string, string][] = [
      ['none.png', 'there is no such file'],
      ['text.png', 'is not a picture that can be read'],
      ['empty.png', 'is empty (0 bytes)'],
      ['cut.png', 'is damaged'],
      ['big.svg', 'is larger than 16384x16384'],
      ['', 'it is a folder, not a file'],
    ];
    for (const [name, message] of messages) {
      const error = await readPicture(at(name)).catch((thrown: unknown) => thrown);
      expect(error, name).toBeInstanceOf(MediaError);
      expect((error as Error).message).toContain(message);
      expect((error as Error).message).not.toContain('\n');
    }
  });
});

describe('writePng', () => {
  const dots = picture(2, 1, Uint8Array.of(1, 2, 3, 250, 0, 9));

  test('keeps pixels and metadata, and gives the same bytes again', async () => {
    const metadata = { Comment: '{"prompt":"ein Pferd, größer 🐎"}', Software: 'lamp' };
    await writePng(at('new/folder/dots.png'), dots, metadata);
    expect(await readPicture(at('new/folder/dots.png'))).toEqual(dots);
    expect(await readPngMetadata(at('new/folder/dots.png'))).toEqual(metadata);
    await writePng(at('again.png'), dots, metadata);
    expect(await readFile(at('again.png'))).toEqual(await readFile(at('new/folder/dots.png')));
    expect(await readPngMetadata(testdata('pictures/skimage_chelsea.png'))).not.toHaveProperty('Comment');
  });

  test('refuses another extension, a path below a file, and an invalid metadata key', async () => {
    await expect(writePng(at('dots.jpg'), dots)).rejects.toBeInstanceOf(UsageError);
    await expect(writePng(at('again.png/dots.png'), dots)).rejects.toBeInstanceOf(StorageError);
    expect((await stat(at('again.png'))).isFile()).toBe(true);
    await expect(writePng(at('key.png'), dots, { größe: '1' })).rejects.toThrow('PNG keyword');
  });
});
