// Builds `dist`: the knowledge as checked JSON, the command line with its parts, the wizard, the library, the probes.

import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join, relative } from 'node:path';
import * as esbuild from 'esbuild';
import { licencesOf } from './licences.mjs';
import { wizardBundle } from './wizard-bundle.mjs';

const root = join(import.meta.dirname, '..');
// Built beside the old one and swapped in whole, so that nobody meets half a build.
const dist = join(root, `dist.${process.pid}`);
const require = createRequire(import.meta.url);
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** What the command line loads only when it is needed: each a file of its own, so that start-up does not pay for it. */
const PARTS = [
  'lint.ts',
  'run-files.ts',
  'session.ts',
  'tree.ts',
  'report/terminal.ts',
  'report/page.ts',
  'report/help.ts',
  'report/completion.ts',
];
const WIZARD = 'wizard/run.tsx';

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"', WHYNAN_VERSION: JSON.stringify(version) },
};
/** CommonJS, because the loader of ES modules costs four milliseconds. There `import.meta.dirname` is `__dirname`. */
const cjs = { ...common, format: 'cjs', define: { ...common.define, 'import.meta.dirname': '__dirname' } };
const outfile = (part) => join(dist, basename(part).replace(/\.tsx?$/, '.cjs'));

/** Leaves the dynamic imports of parts alone and points them at the built files. */
const parts = {
  name: 'parts',
  setup(bundler) {
    bundler.onResolve({ filter: /^\.\.?\// }, ({ path, kind, importer }) => {
      // The library loads synchronously, and shares the checks with the command line.
      if (kind === 'import-statement' && /src[\\/]index\.ts$/.test(importer) && path === './lint.ts')
        return { path: './lint.cjs', external: true };
      if (kind !== 'dynamic-import') return;
      const part = [...PARTS, WIZARD].find((name) => path.endsWith(`/${name}`));
      if (part !== undefined)
        return { path: part === WIZARD ? './wizard.mjs' : `./${basename(outfile(part))}`, external: true };
    });
  },
};

const wizard = { ...common, ...wizardBundle };

const metafiles = [];
async function build(options) {
  metafiles.push((await esbuild.build({ ...options, metafile: true })).metafile);
}

process.on('exit', () => {
  rmSync(dist, { recursive: true, force: true });
});
mkdirSync(dist, { recursive: true });
await build({ ...cjs, entryPoints: ['src/lint.ts'], outfile: outfile('lint.ts') });
await compileKnowledge();
if (process.argv[2] !== 'knowledge') {
  await Promise.all([
    build({
      ...cjs,
      entryPoints: ['src/cli.ts'],
      outfile: join(dist, 'cli.cjs'),
      banner: { js: '#!/usr/bin/env node' },
      plugins: [parts],
    }),
    build({ ...cjs, entryPoints: ['src/index.ts'], outfile: join(dist, 'index.cjs'), plugins: [parts] }),
    ...PARTS.slice(1).map((part) =>
      build({ ...cjs, entryPoints: [`src/${part}`], outfile: outfile(part), plugins: [parts] }),
    ),
    build({ ...wizard, entryPoints: [`src/${WIZARD}`], outfile: join(dist, 'wizard.mjs') }),
  ]);
  chmodSync(join(dist, 'cli.cjs'), 0o755);
  cpSync(join(root, 'src', 'library.d.ts'), join(dist, 'index.d.ts'));
  writeFileSync(join(dist, 'THIRD_PARTY_LICENSES.txt'), licencesOf(root, metafiles));
  for (const framework of ['pytorch', 'tensorflow', 'jax', 'caffe'])
    cpSync(join(root, 'probes', `${framework}.py`), join(dist, 'probes', `${framework}.py`));
}

const final = join(root, 'dist');
if (process.argv[2] === 'knowledge')
  for (const name of ['knowledge.json', 'knowledge.bin', 'pages.json', 'signs.json']) {
    mkdirSync(final, { recursive: true });
    renameSync(join(dist, name), join(final, name));
  }
else {
  const old = `${dist}.old`;
  if (existsSync(final)) renameSync(final, old);
  renameSync(dist, final);
  rmSync(old, { recursive: true, force: true });
}

/**
 * Parses, checks and joins `knowledge/`; a knowledge base with a problem is not built. Written are the model with its
 * tables ready made, the symptoms, and the pages, which are read one by one when they are shown.
 */
async function compileKnowledge() {
  const loader = join(dist, 'loader.cjs');
  await build({
    ...cjs,
    stdin: {
      contents: "export * from './src/files.ts'; export * from './src/knowledge.ts';",
      resolveDir: root,
    },
    outfile: loader,
  });
  const { compile, knowledgeFiles, storeModel } = require(loader);
  const { assemble, parseUnit, problemsText, signProblems } = require(join(dist, 'lint.cjs'));
  rmSync(loader);
  const files = knowledgeFiles(join(root, 'knowledge'));
  const parsed = files.map(({ file, place, text }) => parseUnit(relative(root, file), place, text));
  const { units, problems } = assemble([parsed.flatMap(({ unit }) => unit ?? [])]);
  const signs = Object.fromEntries(
    parsed.flatMap(({ unit }) => (unit?.place.startsWith('signs/') ? [[basename(unit.place), unit.value]] : [])),
  );
  const all = [...parsed.flatMap((result) => result.problems), ...problems, ...signProblems(signs)];
  if (units === null || all.length > 0) {
    console.error(`${problemsText(all)}\n${all.length} problems in the knowledge base.`);
    process.exit(2);
  }
  const version = createHash('sha256');
  // A checkout with Windows line ends is the same knowledge.
  for (const { place, text } of files) version.update(`${place}\0${text.replaceAll('\r\n', '\n')}\0`);
  const { model, tables } = storeModel(compile(units).model);
  const { symptoms, sources, scale } = units;
  const texts = [];
  let length = 0;
  const pages = Object.fromEntries(
    ['causes', 'remedies', 'checks', 'guides'].map((kind) => [
      kind,
      Object.fromEntries(
        Object.entries(units[kind]).map(([id, unit]) => {
          // The examples of a cause prove its words when knowledge is checked; nobody reads them afterwards.
          const text = Buffer.from(`${JSON.stringify(kind === 'causes' ? { ...unit, examples: [] } : unit)}\n`);
          texts.push(text);
          length += text.length;
          return [id, [length - text.length, text.length]];
        }),
      ),
    ]),
  );
  // Samples prove a phrase when it is checked; the program does not read them.
  const withoutSamples = (key, value) => (key === 'samples' ? [] : value);
  writeFileSync(join(dist, 'signs.json'), JSON.stringify(signs, withoutSamples));
  writeFileSync(
    join(dist, 'knowledge.json'),
    JSON.stringify({ version: version.digest('hex').slice(0, 8), model, symptoms, sources, scale, pages }),
  );
  writeFileSync(join(dist, 'knowledge.bin'), new Uint8Array(tables.buffer, tables.byteOffset, tables.byteLength));
  writeFileSync(join(dist, 'pages.json'), Buffer.concat(texts));
}
