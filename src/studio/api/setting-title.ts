/** @file The names of settings on the page, which server and page use alike. */

const own: Readonly<Record<string, string>> = {
  clipPrompt: 'What the clip shows',
  clipFps: 'Frames per second of the clips',
  framesPerSecond: 'Frames per second',
  samplerSteps: 'Steps',
  eta: 'Eta',
};

/** A setting's name in words: `learningRate` is `Learning rate`. */
export function settingTitle(name: string): string {
  if (own[name] !== undefined) return own[name];
  const words = name.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
