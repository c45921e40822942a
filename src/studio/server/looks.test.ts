import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { MediaError } from '../../errors.ts';
import { fromSource } from '../../testing/from-source.ts';
import { testFolder } from '../../testing/test-folder.ts';
import { startLooks } from './looks.ts';

const at = await testFolder();

test('who takes too much memory or too long is ended, and says so; errors keep their class', async () => {
  const [small, brief, usual] = [
    startLooks({ execArgv: fromSource, memory: 20e6 }),
    startLooks({ execArgv: fromSource, seconds: 0.01 }),
    startLooks({ execArgv: fromSource }),
  ];
  await writeFile(at('x.mp4'), 'no video');
  const given = { path: at('x.mp4') };
  await expect(small.run('describe', given)).rejects.toThrow(/more than 20.0 MB of memory|crashed/);
  await expect(brief.run('describe', given)).rejects.toThrow('more than 0.01 seconds');
  await expect(usual.run('describe', given)).rejects.toThrow(MediaError);
  for (const looks of [small, brief, usual]) looks.close();
});
