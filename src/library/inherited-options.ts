/** @file The options of Node.js that processes of the library inherit from the one that starts them. */

/** Options that say which program is run, or how often: `-e "…"`, `--test`, `--watch`. */
const ofProgram =
  /^(-e|-p|-pe|-c|-i|--eval|--print|--check|--interactive|--input-type|--test(-.+)?|--watch(-.+)?)(=.*)?$/;
/** Those whose value may be any word that follows. */
const withValue = /^(-e|-p|-pe|--eval|--print|--input-type)$/;

/**
 * The options with which this process was started, without those that say what it runs: with `-e "…"` a child would run
 * that once more in place of its own program, and so would the child's own children.
 */
export function inheritedOptions(given: readonly string[] = process.execArgv): string[] {
  const options: string[] = [];
  for (let i = 0; i < given.length; i++) {
    if (!ofProgram.test(given[i]!)) {
      options.push(given[i]!);
    } else if (withValue.test(given[i]!) || given[i + 1]?.startsWith('-') === false) {
      i++;
    }
  }
  return options;
}
