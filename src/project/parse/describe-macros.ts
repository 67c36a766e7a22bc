import type { MacroNode } from '../manifest.js';
import type { YamlMapping } from '../yaml/yaml-file.js';
import { Expect } from '../yaml/expect.js';
import { standardPackage, type MacroEntry } from '../context/macro-table.js';
import { macroDependencies } from './read-macros.js';
import { renderDescription } from './read-docs.js';
import type { Session } from './session.js';

/** The macros with what properties say of them, and which macros each may call. */
export function describeMacros(session: Session): MacroNode[] {
  return session.macros.all().map((entry) => ({
    ...entry.node,
    ...fromProperties(entry, session),
    depends_on: { macros: dependencies(entry, session) },
  }));
}

function dependencies({ node, references }: MacroEntry, session: Session): string[] {
  const packageName = node.package_name === standardPackage ? session.root.name : node.package_name;
  return macroDependencies(references, packageName, session.macros).filter((id) => id !== node.unique_id);
}

function fromProperties({ node }: MacroEntry, session: Session): Partial<MacroNode> {
  const entry = session.properties.patches.macros.take(node.package_name, node.name);
  if (entry === undefined) return {};
  return session.unit(`macro|${entry.id}`, [entry.shown], () => {
    const { raw, yaml } = entry;
    const written = typeof raw['description'] === 'string' ? raw['description'] : '';
    return {
      description: renderDescription(written, () => yaml.at(raw, 'description'), entry.packageName, session),
      meta: Expect.isMapping(raw['meta']) ? raw['meta'] : {},
      arguments: Array.isArray(raw['arguments']) ? (raw['arguments'] as YamlMapping[]) : [],
    };
  });
}
