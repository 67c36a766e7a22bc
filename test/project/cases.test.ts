import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { faultsOf, parseFiles, type Files } from './support/project-folder.js';

/** One small project and what must come of it. */
interface Case {
  readonly name: string;
  readonly files: Files;
  readonly vars?: Readonly<Record<string, unknown>>;
  /** Parts of nodes, sources and the like, by unique id. */
  readonly nodes?: Readonly<Record<string, object>>;
  readonly absent?: readonly string[];
  /** Parts of the errors, in order. */
  readonly errors?: readonly object[];
  readonly warnings?: readonly object[];
}

const folder = join(import.meta.dirname, 'cases');

for (const file of readdirSync(folder).sort()) {
  const cases = parse(readFileSync(join(folder, file), 'utf8'), { maxAliasCount: 1000 }) as readonly Case[];
  describe(file.replace(/\.yml$/, '').replaceAll('-', ' '), () => {
    test.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
      const environment = one.vars === undefined ? {} : { vars: one.vars };
      if (one.errors !== undefined) {
        const faults = faultsOf(one.files, environment).map(({ code, message, hint, at, notes }) => ({
          code,
          message,
          hint,
          at,
          notes,
        }));
        expect(faults).toMatchObject(one.errors);
        for (const fault of faults) expect(fault.hint, 'a hint').toBeTruthy();
        return;
      }
      const { manifest, warnings } = parseFiles(one.files, environment);
      const all: Record<string, unknown> = {
        ...manifest.nodes,
        ...manifest.sources,
        ...manifest.exposures,
        ...manifest.metrics,
        ...manifest.semantic_models,
        ...manifest.saved_queries,
        ...manifest.unit_tests,
        ...manifest.groups,
        ...manifest.macros,
        ...manifest.docs,
      };
      for (const [id, part] of Object.entries(one.nodes ?? {})) {
        expect(Object.keys(all)).toContain(id);
        expect(all[id]).toMatchObject(part);
      }
      for (const id of one.absent ?? []) expect(Object.keys(all)).not.toContain(id);
      if (one.warnings !== undefined) expect(warnings).toMatchObject(one.warnings);
    });
  });
}
