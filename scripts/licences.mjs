// The licences of the packages whose code is inside a build, in one text.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const TERMS = {
  MIT: readFileSync(join(ROOT, 'node_modules/react/LICENSE'), 'utf8').replace(/^[\s\S]*?(?=Permission)/, ''),
};

/** The copyright line at the head of one of a package's files. */
function headerOf(folder) {
  for (const file of readdirSync(folder, { recursive: true })
    .filter((name) => /\.[cm]?js$/.test(name))
    .sort()) {
    const [line] = /copyright \(c\)[^\n*]*/i.exec(readFileSync(join(folder, file), 'utf8').slice(0, 500)) ?? [];
    if (line !== undefined) return line;
  }
  throw new Error(`${folder}: no copyright found`);
}

/** Text of all licences of the packages that esbuild's metafiles name, sorted by package. */
export function licencesOf(root, metafiles) {
  const packages = new Set();
  for (const { inputs } of metafiles)
    for (const path of Object.keys(inputs)) {
      const inside = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path.slice(path.lastIndexOf('node_modules/')));
      if (inside) packages.add(`${path.slice(0, path.lastIndexOf('node_modules/'))}node_modules/${inside[1]}`);
    }
  // Most are the same words under another copyright line: each text stands once, below the packages it is for.
  const byText = new Map();
  for (const path of [...packages].sort()) {
    const folder = join(root, path);
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined && TERMS[license] === undefined) throw new Error(`${name}: no licence found`);
    // A package without the file says in its sources whose it is; the terms are those of the licence it names.
    const text = file ? readFileSync(join(folder, file), 'utf8') : `${headerOf(folder)}\n${TERMS[license]}`;
    const lines = text.split('\n').map((line) => line.trim());
    const copyright = lines.filter((line) => /^(?:\(c\)|copyright) /i.test(line));
    const terms = lines
      .filter((line) => !copyright.includes(line) && !/^(?:the )?mit license(?: \(mit\))?$/i.test(line))
      .join(' ')
      .replaceAll(/\s+/g, ' ')
      .trim();
    byText.set(terms, [...(byText.get(terms) ?? []), [`${name} ${version} (${license})`, ...copyright].join('\n  ')]);
  }
  return [...byText].map(([terms, names]) => `${names.join('\n')}\n\n${terms}\n`).join(`\n${'-'.repeat(80)}\n\n`);
}
