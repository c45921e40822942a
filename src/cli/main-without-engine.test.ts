import { expect, test } from 'vitest';
import { lamp } from '../testing/run-lamp.ts';

/** Makes ONNX Runtime's module fail to load, as it does where its native library does not fit the system. */
function withoutEngine(): Record<string, string> {
  const source = `import Module from 'node:module';
    const load = Module._load;
    Module._load = (name, ...others) => {
      if (name === 'onnxruntime-node') throw new Error('libonnxruntime.so.1: cannot open shared object file');
      return load(name, ...others);
    };`;
  return { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(source)}` };
}

test('where the engine cannot be loaded, one line says so', async () => {
  const { code, stderr } = await lamp(['inspect', 'some.mp4'], { variables: withoutEngine() });
  expect(stderr).toBe(
    'lamp: what lamp computes with cannot be loaded: libonnxruntime.so.1: cannot open shared object file. ' +
      '"lamp doctor" says what this machine lacks.\n',
  );
  expect(code).toBe(5);
});

test('where the engine cannot be loaded, doctor finds that', async () => {
  const { code, stdout, stderr } = await lamp(['doctor'], { variables: withoutEngine() });
  expect(stdout).toMatch(/^ok +Node\.js /m);
  expect(stdout).toMatch(/^problem +ONNX Runtime .*libonnxruntime\.so\.1/m);
  expect(stderr).toMatch(/^lamp: lamp cannot be used here/);
  expect(code).toBe(1);
}, 60_000);
