import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

/** Who may import whom: the table of docs/architecture.md's layout. */
const mayImport: Record<string, readonly string[]> = Object.fromEntries(
  [
    ...(/^## Layout$[\s\S]*?(?=^## )/m
      .exec(readFileSync(resolve(import.meta.dirname, '../docs/architecture.md'), 'utf8'))?.[0]
      .matchAll(/^\| (\w+) +\| [^|]+ \| ([\w ]+|–) +\|$/gm) ?? []),
  ].map(([, folder = '', allowed = '']) => [
    folder,
    allowed.trim() === 'all' ? ['*'] : allowed.split(' ').filter((name) => /^\w+$/.test(name)),
  ]),
);

/** Packages that only one folder may touch. */
const packageOwners: Record<string, readonly string[]> = {
  pg: ['postgres'],
  'pg-cursor': ['postgres'],
  'pg-copy-streams': ['postgres'],
  knex: ['postgres'],
  'libpg-query': ['sql'],
  fastify: ['api'],
  ws: ['api'],
  'graphql-ws': ['api'],
  jose: ['access'],
  'apache-arrow': ['api'],
  '@apollo/server': ['api'],
  'node-cron': ['schedule'],
  commander: ['cli'],
};

const src = resolve(import.meta.dirname, '../src');

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const imports: Import[] = files.flatMap((file) => {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(src, file), 'utf8'),
    ts.ScriptTarget.ES2023,
    true,
  );
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      const typeOnly = ts.isImportDeclaration(node)
        ? node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
        : node.isTypeOnly;
      found.push({ from: file, to: node.moduleSpecifier.text, typeOnly });
    } else if (
      ts.isCallExpression(node) &&
      node.expression.kind === ts.SyntaxKind.ImportKeyword &&
      node.arguments[0] &&
      ts.isStringLiteral(node.arguments[0])
    ) {
      found.push({ from: file, to: node.arguments[0].text, typeOnly: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
});

const folder = (file: string): string => file.split('/')[0] ?? '';
const target = (edge: Import): string =>
  relative(src, resolve(src, dirname(edge.from), edge.to)).replace(/\.js$/, '.ts');

describe('src', () => {
  test('folders import only whom docs/architecture.md lets them', () => {
    const wrong = imports
      .filter((edge) => edge.to.startsWith('.'))
      .filter((edge) => {
        const from = folder(edge.from);
        const to = folder(target(edge));
        const allowed = mayImport[from];
        return from !== to && !(allowed?.includes('*') ?? false) && !(allowed?.includes(to) ?? false);
      })
      .map((edge) => `${edge.from} -> ${edge.to}`);
    expect(wrong).toEqual([]);
  });

  test('every folder stands in the table of docs/architecture.md', () => {
    const folders = [...new Set(files.map((file) => folder(file)))];
    expect(folders.filter((name) => mayImport[name] === undefined)).toEqual([]);
  });

  test('a package with an owner is imported by its owner alone', () => {
    const wrong = imports
      .filter((edge) => !edge.to.startsWith('.'))
      .filter((edge) => {
        const name = edge.to.startsWith('@')
          ? edge.to.split('/').slice(0, 2).join('/')
          : edge.to.split('/')[0];
        const owners = packageOwners[name ?? ''];
        return owners !== undefined && !owners.includes(folder(edge.from));
      })
      .map((edge) => `${edge.from} -> ${edge.to}`);
    expect(wrong).toEqual([]);
  });

  test('no file imports itself by a detour at run time', () => {
    const graph = new Map<string, string[]>();
    for (const edge of imports) {
      if (edge.typeOnly || !edge.to.startsWith('.')) continue;
      graph.set(edge.from, [...(graph.get(edge.from) ?? []), target(edge)]);
    }
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const walk = (file: string, path: readonly string[]): void => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
        return;
      }
      state.set(file, 'open');
      for (const next of graph.get(file) ?? []) walk(next, [...path, file]);
      state.set(file, 'done');
    };
    for (const file of graph.keys()) walk(file, []);
    expect(cycles).toEqual([]);
  });

  test('no file grew past what one sitting reads', () => {
    const long = files
      .map((file) => ({ file, lines: readFileSync(join(src, file), 'utf8').split('\n').length - 1 }))
      .filter(({ lines }) => lines > 350)
      .map(({ file, lines }) => `${file}: ${lines}`);
    expect(long).toEqual([]);
  });
});
