import type { CodeDoc } from '../code.js';

export const projectCodes = {
  PROJECT_INVALID: {
    cause: 'Several things are wrong with the project; each is listed with its own code and place.',
    cure: 'Fix them from the top.',
  },
  PROJECT_YAML_SYNTAX: {
    cause: 'A YAML file cannot be read.',
    cure: 'Go to the line shown; most often it is indentation, a tab, or text that needs quotes.',
  },
  PROJECT_YAML_DUPLICATE_KEY: {
    cause: 'One mapping of a YAML file names a key twice; YAML would silently keep the last.',
    cure: 'Remove one of the two places shown, or join their contents.',
  },
  PROJECT_YAML_ALIAS: {
    cause: 'An alias (`*name`) has no anchor, or aliases of aliases make the file grow beyond any use.',
    cure: 'Define the anchor above its use, or write the values out.',
  },
  PROJECT_YAML_VALUE: {
    cause: 'A value of a YAML file has another shape than its key asks for, or a needed key is missing.',
    cure: 'Correct the value at the place shown.',
  },
  PROJECT_UNKNOWN_KEY: {
    cause: 'A YAML file has a key that nothing reads; most often a slip.',
    cure: 'Take the suggested key, or move your own data under `config: {meta: …}`.',
  },
  PROJECT_NOT_FOUND: {
    cause: 'The folder has no dbt_project.yml.',
    cure: "Run thau in the project's folder, or name it with `--project-dir`.",
  },
  PROJECT_PATH_OUTSIDE: {
    cause: 'A package names a folder or file outside its own folder.',
    cure: 'Remove the path from the package, or do not use the package.',
  },
  PROJECT_SELECTION: {
    cause: '`--select` or `--exclude` names an unknown method, or a value that its method does not take.',
    cure: 'See "Node selection" in docs/dbt.md; the hint names the nearest method or the values it takes.',
  },
  PROJECT_SELECTOR: {
    cause: '`--selector` names no selector of selectors.yml, or that selector is written in an unknown way.',
    cure: 'Correct the name, or the definition at the place shown.',
  },
  PROJECT_DUPLICATE_PROPERTIES: {
    cause: 'Two entries of properties files describe the same model, seed, snapshot, macro or test.',
    cure: 'Join the two entries into one.',
  },
  PROJECT_CONFIG: {
    cause: 'A config of a node has a value of the wrong kind.',
    cure: 'Correct it where it is set: `config()` in the file, `config:` in its properties, or dbt_project.yml.',
  },
} as const satisfies Record<string, CodeDoc>;
