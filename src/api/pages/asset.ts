import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A file as it goes over HTTP. */
export interface Asset {
  readonly content: Buffer;
  readonly type: string;
  readonly etag: string;
}

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  json: 'application/json; charset=utf-8',
};

const require = createRequire(import.meta.url);

/** Pages work without the internet: everything they load is a file of ours or of an installed package. */
const files: Readonly<Record<string, () => string>> = {
  'react.js': () => inPackage('react', 'umd/react.production.min.js'),
  'react-dom.js': () => inPackage('react-dom', 'umd/react-dom.production.min.js'),
  'graphiql.js': () => inPackage('graphiql', 'graphiql.min.js'),
  'graphiql.css': () => inPackage('graphiql', 'graphiql.min.css'),
  'graphiql-page.js': () => ownFile('graphiql-page.js'),
  'graphiql-page.css': () => ownFile('graphiql-page.css'),
  'page.css': () => ownFile('page.css'),
  'graphiql.html': () => ownFile('graphiql.html'),
  'landing.html': () => ownFile('landing.html'),
};

const read = new Map<string, Asset>();

/** The asset of that name, read once; undefined for any other name. */
export function asset(name: string): Asset | undefined {
  const known = read.get(name);
  if (known !== undefined) return known;
  const file = Object.hasOwn(files, name) ? files[name]?.() : undefined;
  if (file === undefined) return undefined;
  const content = readFileSync(file);
  const made = {
    content,
    type: types[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream',
    etag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 27)}"`,
  };
  read.set(name, made);
  return made;
}

function inPackage(name: string, file: string): string {
  return join(dirname(require.resolve(`${name}/package.json`)), file);
}

function ownFile(name: string): string {
  return join(import.meta.dirname, 'assets', name);
}
