import { beforeAll, expect, test } from 'vitest';
import { InterruptedError, UsageError } from '../../errors.ts';
import type { ProgressEvent } from '../../events.ts';
import { floats } from '../../graph/host-tensor.ts';
import { type Picture, pictureToFloats } from '../../media/picture.ts';
import { readPicture } from '../../media/picture-file.ts';
import { resizePicture } from '../../media/resize.ts';
import { type BaseModel, openBaseModel } from '../../models/base-model.ts';
import { pictureDecoder, pictureEncoder, sampleLatents } from '../../models/programs.ts';
import { testdata } from '../../testing/testdata.ts';
import {
  type DrawnPicture,
  type DrawRequest,
  decodedPicture,
  drawPicture,
  drawPictures,
} from './draw-picture.ts';

const size = { width: 24, height: 16 };
const request: DrawRequest = { prompt: 'a person walks', samplerSteps: 2 };
let base: BaseModel;

beforeAll(async () => {
  base = await openBaseModel(testdata('mini/tiny-sd'));
});

test('many pictures are those that each request gives alone, with networks compiled once', async () => {
  const events: ProgressEvent[] = [];
  const requests = [request, { ...request, seed: 1 }, { ...request, guidance: 1, negativePrompt: 'x' }];
  const drawn: DrawnPicture[] = [];
  for await (const each of drawPictures(base, requests, size, { onEvent: (event) => events.push(event) })) {
    drawn.push(each);
  }
  const alone: Picture[] = [];
  for (const each of requests) alone.push(await drawPicture(base, each, size));
  expect(drawn.map(({ picture }) => picture)).toEqual(alone);
  expect(alone[0]).not.toEqual(alone[1]);
  expect(alone[0]).toMatchObject(size);
  const compiled = events.filter((event) => event.type === 'progress' && event.stage === 'compiling');
  // With and without guidance, and the decoder: each told when it begins and ends.
  expect(compiled).toHaveLength(6);
  expect(drawn[1]!.settings).toMatchObject({ ...request, ...size, seed: 1, guidance: 7.5, device: 'cpu' });
});

test('a picture is redrawn as far as the strength says', async () => {
  const from = await readPicture(testdata('pictures/skimage_chelsea.png'));
  const draw = async (more: Partial<DrawRequest>) => {
    const totals: number[] = [];
    const onEvent = (event: ProgressEvent) => {
      if (event.type === 'progress' && event.stage === 'drawing' && event.done === 0)
        totals.push(event.total);
    };
    const redrawn = { ...request, samplerSteps: 5, from, ...more };
    return { picture: await drawPicture(base, redrawn, size, { onEvent }), totals };
  };
  const [none, some, all] = [
    await draw({ strength: 0 }),
    await draw({}),
    await draw({ strength: 1, sampler: 'ddim' }),
  ];
  expect([none, some, all].map(({ totals }) => totals)).toEqual([[], [3], [5]]);

  const encoder = await pictureEncoder(base.vae, size);
  const decoder = await pictureDecoder(base.vae, size);
  const posterior = await encoder.encode(
    floats(pictureToFloats(await resizePicture(from, size)), [1, 3, size.height, size.width]),
  );
  const { scaling_factor: scale } = base.vae.config;
  const latents = sampleLatents(posterior, new Float32Array(posterior.mean.data.length), scale);
  expect(none.picture).toEqual(decodedPicture(await decoder.decode(latents)));
  await Promise.all([encoder.dispose(), decoder.dispose()]);

  expect((await draw({})).picture).toEqual(some.picture);
  expect((await draw({ seed: 1 })).picture).not.toEqual(some.picture);
  await expect(draw({ strength: 1.1 })).rejects.toThrow(UsageError);
});

test('an invalid setting is refused before the first picture', async () => {
  const drawn = drawPictures(base, [request, { ...request, samplerSteps: 1001 }], size);
  await expect(drawn.next()).rejects.toThrow(UsageError);
  await expect(drawPicture(base, request, { width: 23, height: 16 })).rejects.toThrow(
    'Use width: 24, height: 16.',
  );
});

test('it stops between two steps when asked to', async () => {
  const controller = new AbortController();
  const drawn = drawPictures(base, [request, request], size, { signal: controller.signal });
  await drawn.next();
  controller.abort();
  await expect(drawn.next()).rejects.toThrow(
    new InterruptedError('stopped while drawing (0 of 2 done); this picture was not written.'),
  );
});
