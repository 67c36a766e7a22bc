// The modules of dist in one file, each as a function: read at once instead of found one by one, and kept with the code
// that V8 made of it (load.js). A module's lines and columns stay what they are in dist, so stack traces name its file.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';

/** The names a packed module sees. */
export const opening =
  '(function (__exports, __require, __packed, __import, __wait, __meta) { "use strict"; ';
/** Those a module of a package sees. */
export const packageOpening = '(function (exports, require, module, __filename, __dirname) { ';
const closing = '\n})';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Packages every command loads, that nothing but our own modules require. */
const packages = ['commander', 'yaml'];

/** Below dist. */
export const packName = '.pack';
const format = 'thau pack 2';

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

/** How a package stands; another one that was installed since is not taken for it. */
function stampOf(manifest) {
  const { size, mtimeMs } = statSync(join(root, manifest));
  return `${String(size)}:${String(mtimeMs)}`;
}

/** What a module of a package means by `./other` or `./other.js`. */
export function innerId(from, specifier) {
  const id = posix.join(posix.dirname(from), specifier);
  return id.endsWith('.js') ? id : `${id}.js`;
}

/** Adds the modules of a package that its entry leads to. */
function packPackage(name, modules) {
  const entry = relative(root, createRequire(join(root, 'dist/cli/main.js')).resolve(name)).replaceAll(
    '\\',
    '/',
  );
  const folder = entry.slice(0, entry.lastIndexOf(`node_modules/${name}/`) + `node_modules/${name}`.length);
  const add = (id) => {
    if (modules.has(id)) return;
    const text = readFileSync(join(root, id), 'utf8');
    modules.set(id, `${packageOpening}${text}${closing}`);
    for (const [, specifier] of text.matchAll(/\brequire\(\s*['"](\.[^'"]+)['"]\s*\)/g)) {
      add(innerId(id, specifier));
    }
  };
  add(entry);
  const manifest = `${folder}/package.json`;
  return { entry, manifest, stamp: stampOf(manifest) };
}

/** Writes packed modules by their ids. */
export function writePack(file, compiled) {
  const modules = new Map(compiled);
  const packed = {};
  for (const name of packages) {
    try {
      packed[name] = packPackage(name, modules);
    } catch {
      // laid out in another way: it is required as any other
    }
  }
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
  const header = JSON.stringify({ format, id: hash.digest('hex'), packages: packed, index });
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
    /** The entry of a packed package, where it is the one that is installed. */
    const entryOf = (name) => {
      const found = Object.hasOwn(header.packages, name) ? header.packages[name] : undefined;
      return found !== undefined && stampOf(found.manifest) === found.stamp ? found.entry : undefined;
    };
    return { id, text, entryOf };
  } catch {
    return undefined;
  }
}
