import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { ThauError, type Place } from '../../errors/thau-error.js';
import { withoutSecret } from './without-secret.js';

export interface TarballSpec {
  readonly url: string;
  readonly name: string;
  readonly at: Place;
}

/** What a package may weigh unpacked; a small archive can hold gigabytes of zeros. */
const mostBytes = 256 * 1024 * 1024;

/**
 * Fetches and unpacks a `.tar.gz` below `parent`; answers the folder with dbt_project.yml. Links and special files are
 * left out.
 */
export async function unpackTarball(spec: TarballSpec, parent: string): Promise<string> {
  const folder = mkdtempSync(join(parent, 'tar-'));
  try {
    const archive = gunzipSync(await download(spec), { maxOutputLength: mostBytes });
    for (const { path, content } of entries(archive)) {
      const file = resolve(folder, path);
      if (!file.startsWith(folder + sep)) {
        throw new ThauError(
          'PROJECT_PATH_OUTSIDE',
          `the archive of "${spec.name}" wants to write outside of its folder: ${path}`,
          {
            at: spec.at,
            hint: 'Do not use this archive.',
          },
        );
      }
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    const names = readdirSync(folder);
    const [only] = names;
    return names.includes('dbt_project.yml') || only === undefined || names.length > 1
      ? folder
      : join(folder, only);
  } catch (error) {
    if (error instanceof ThauError) throw error;
    throw new ThauError(
      'PROJECT_PACKAGE',
      `the package "${spec.name}" cannot be fetched from ${withoutSecret(spec.url)}`,
      {
        at: spec.at,
        notes: [error instanceof Error ? error.message : String(error)],
        hint: 'Check the url; it must be a .tar.gz.',
        cause: error,
      },
    );
  }
}

async function download({ url }: TarballSpec): Promise<Buffer> {
  if (url.startsWith('file://')) return readFileSync(fileURLToPath(url));
  const response = await fetch(url, { signal: AbortSignal.timeout(300_000) });
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return Buffer.from(await response.arrayBuffer());
}

interface TarEntry {
  readonly path: string;
  readonly content: Buffer;
}

/** The plain files of a tar archive (ustar, with the long names of GNU and pax). */
function* entries(archive: Buffer): Generator<TarEntry> {
  let longName: string | undefined;
  for (let at = 0; at + 512 <= archive.length;) {
    const header = archive.subarray(at, at + 512);
    if (header.every((byte) => byte === 0)) return;
    const size = parseInt(text(header, 124, 12), 8) || 0;
    const type = String.fromCharCode(header[156] ?? 0);
    const content = archive.subarray(at + 512, at + 512 + size);
    const prefix = text(header, 345, 155);
    const name = longName ?? (prefix === '' ? text(header, 0, 100) : `${prefix}/${text(header, 0, 100)}`);
    longName = undefined;
    if (type === 'L') longName = content.toString('utf8').replace(/\0.*$/s, '');
    else if (type === 'x') longName = /(?:^|\n)\d+ path=(.*)\n/.exec(content.toString('utf8'))?.[1];
    else if (type === '0' || type === '\0') yield { path: name, content };
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

function text(header: Buffer, from: number, length: number): string {
  return header
    .toString('utf8', from, from + length)
    .replace(/\0.*$/s, '')
    .trim();
}
