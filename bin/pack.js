// The modules of dist in one file, each as a function: read at once instead of found one by one, and kept with the code
// that V8 made of it (load.js). A module's lines and columns stay what they are in dist, so stack traces name its file.
import { readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { Script } from 'node:vm';

/** The names a packed module sees. */
export const opening =
  '(function (__exports, __require, __packed, __import, __wait, __meta) { "use strict"; ';
const closing = '\n})';

/** Below dist. */
export const packName = '.pack';
const format = 'thau pack 1';

/** The packed text of a compiled module, `id` being its path below dist; undefined where it cannot be packed. */
export function packed(ts, id, text) {
  try {
    return pack(ts, id, text);
  } catch (error) {
    process.stderr.write(`${id} cannot be packed, so thau starts more slowly: ${error.message}\n`);
    return undefined;
  }
}

function pack(ts, id, text) {
  const source = ts.createSourceFile(id, text, ts.ScriptTarget.ES2023, false);
  const edits = [];
  const exported = [];
  const edit = (start, end, now) => edits.push({ start, end, now });
  const from = (specifier) =>
    specifier.startsWith('.')
      ? `__packed(${JSON.stringify(posix.join(posix.dirname(id), specifier))})`
      : `__require(${JSON.stringify(specifier)})`;
  for (const statement of source.statements) {
    const start = statement.getStart(source);
    if (ts.isImportDeclaration(statement)) {
      const lines = text.slice(start, statement.end).split('\n').length - 1;
      edit(start, statement.end, imported(ts, statement, from) + '\n'.repeat(lines));
    } else if (ts.isExportDeclaration(statement)) {
      // `export {};` is what TypeScript leaves of a module without values
      if (statement.moduleSpecifier || statement.exportClause?.elements.length !== 0)
        throw new Error('it exports a list');
      edit(start, statement.end, '');
    } else if (ts.isExportAssignment(statement)) {
      throw new Error('it has a default export');
    } else if (ts.isExpressionStatement(statement) && ts.isAwaitExpression(statement.expression)) {
      const { expression } = statement.expression;
      edit(start, expression.getStart(source), '__wait(');
      edit(expression.end, expression.end, ')');
    } else {
      const mark = statement.modifiers?.find(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
      if (mark === undefined) continue;
      edit(mark.getStart(source), mark.end, '      ');
      exported.push(...names(ts, statement));
    }
  }
  if (/\bimport\s*\(|\bimport\.meta\b/.test(text)) inner(ts, source, edit, id);
  let at = 0;
  let body = '';
  for (const { start, end, now } of edits.sort((a, b) => a.start - b.start)) {
    body += text.slice(at, start) + now;
    at = end;
  }
  body += text.slice(at);
  const whole = `${opening}${body}\nObject.assign(__exports, { ${exported.join(', ')} });${closing}`;
  new Script(whole, { filename: id });
  return whole;
}

function imported(ts, { importClause, moduleSpecifier }, from) {
  const module = from(moduleSpecifier.text);
  if (importClause === undefined) return `${module};`;
  const { name, namedBindings } = importClause;
  const first =
    name === undefined
      ? ''
      : `const ${name.text} = __require.default(${JSON.stringify(moduleSpecifier.text)}); `;
  if (namedBindings === undefined) return first;
  if (ts.isNamespaceImport(namedBindings)) return `${first}const ${namedBindings.name.text} = ${module};`;
  const parts = namedBindings.elements.map(({ name: local, propertyName }) =>
    propertyName === undefined ? local.text : `${propertyName.text}: ${local.text}`,
  );
  return `${first}const { ${parts.join(', ')} } = ${module};`;
}

function names(ts, statement) {
  if (ts.isVariableStatement(statement)) {
    const { declarationList } = statement;
    if (!(declarationList.flags & ts.NodeFlags.Const)) throw new Error('it exports a variable');
    return declarationList.declarations.map(({ name }) => {
      if (!ts.isIdentifier(name)) throw new Error('it exports a pattern');
      return name.text;
    });
  }
  if (statement.name === undefined) throw new Error('it has a default export');
  return [statement.name.text];
}

/** `import('…')` and `import.meta`, wherever they stand. */
function inner(ts, source, edit, id) {
  const visit = (node) => {
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      edit(node.expression.getStart(source), node.expression.end, '__import');
      const [specifier] = node.arguments;
      if (!ts.isStringLiteral(specifier)) throw new Error('it imports what it computes');
      if (specifier.text.startsWith('.')) {
        const target = posix.join(posix.dirname(id), specifier.text);
        edit(specifier.getStart(source), specifier.end, JSON.stringify(`./${target}`));
      }
      return;
    }
    if (ts.isMetaProperty(node)) edit(node.getStart(source), node.end, '__meta');
    ts.forEachChild(node, visit);
  };
  visit(source);
}

/** Writes packed modules by their ids. */
export function writePack(file, modules) {
  const hash = createHash('sha1');
  const index = {};
  const bodies = [];
  let at = 0;
  for (const [id, text] of modules) {
    const body = Buffer.from(text);
    hash.update(body);
    index[id] = [at, body.length];
    bodies.push(body);
    at += body.length;
  }
  const header = JSON.stringify({ format, id: hash.digest('hex'), index });
  writeFileSync(file, Buffer.concat([Buffer.from(`${header}\n`), ...bodies]));
}

/** What `writePack` wrote: undefined where there is none or it is of another format. */
export function readPack(file) {
  let bytes;
  try {
    bytes = readFileSync(file);
    const end = bytes.indexOf(0x0a);
    const header = JSON.parse(bytes.toString('utf8', 0, end));
    if (header.format !== format) return undefined;
    const { id, index } = header;
    const text = (module) => {
      const place = index[module];
      return place && bytes.toString('utf8', end + 1 + place[0], end + 1 + place[0] + place[1]);
    };
    return { id, text };
  } catch {
    return undefined;
  }
}
