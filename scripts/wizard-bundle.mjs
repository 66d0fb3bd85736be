// How Ink is bundled, for the build, for the tests and for the measurements.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const quick = join(import.meta.dirname, '..', 'src/wizard/width.ts');

/**
 * Leaves out of the wizard what costs at start-up and serves nobody: the React devtools that `DEV=true` would load, the
 * box that Ink draws around a stack trace (errors are told by the command line), and the tables behind `string-width` and `Intl.Segmenter`.
 */
const lean = {
  name: 'lean',
  setup(bundler) {
    bundler.onResolve({ filter: /^\.\/(devtools|ErrorOverview)\.js$/ }, ({ path }) => ({ path, namespace: 'nothing' }));
    bundler.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'export default () => null;' }));
    bundler.onLoad({ filter: /ansi-tokenize[\\/]build[\\/]diff\.js$/ }, ({ path }) => ({
      contents: withShortcut(readFileSync(path, 'utf8')),
    }));
    bundler.onResolve({ filter: /^string-width$/ }, () => ({ path: quick }));
  },
};

/** Ink compares the style of every cell with the one before by making three sets; mostly both are the same. */
function withShortcut(source) {
  const head = 'export function diffAnsiCodes(from, to) {';
  if (!source.includes(head))
    throw new Error('ansi-tokenize has another diffAnsiCodes: look at scripts/wizard-bundle.mjs');
  return source.replace(
    head,
    `${head}\nif (from.length === to.length && from.every(({ code }, index) => code === to[index].code)) return [];`,
  );
}

/**
 * An ES module: Ink and Yoga await at top level. Without `fetch` Yoga decodes its WASM at once instead of loading the
 * HTTP client; without `NODE_ENV` React would be its slow development build.
 */
export const wizardBundle = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"', fetch: 'undefined', 'Intl.Segmenter': 'QuickSegmenter' },
  inject: [quick],
  plugins: [lean],
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
};
