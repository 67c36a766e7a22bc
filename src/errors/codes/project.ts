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
  PROJECT_STATE: {
    cause: 'The folder of `--state` holds no artifacts of an earlier run, or they cannot be read.',
    cure: 'Give the `target` folder that an earlier run of thau or dbt wrote, with its manifest.json.',
  },
  PROJECT_CONTRACT_BROKEN: {
    cause:
      'An enforced contract of the earlier state lost a column, a type, a constraint or itself. For a versioned model this is an error, for others a warning.',
    cure: 'Add a new version of the model instead, or take the change back.',
  },
  PROJECT_DEPRECATED: {
    cause: 'A model has passed its deprecation_date, or something refers to a model that has one.',
    cure: 'Read another model or its latest version; remove what is past its date.',
  },
  PROJECT_DUPLICATE_PROPERTIES: {
    cause: 'Two entries of properties files describe the same model, seed, snapshot, macro or test.',
    cure: 'Join the two entries into one.',
  },
  PROJECT_CONFIG: {
    cause: 'A config of a node has a value of the wrong kind.',
    cure: 'Correct it where it is set: `config()` in the file, `config:` in its properties, or dbt_project.yml.',
  },
  PROJECT_RAISED: {
    cause: 'A macro called `exceptions.raise_compiler_error` or one of its kin.',
    cure: 'Its message says what it did not like; the macro stack says who called it.',
  },
  PROJECT_UNKNOWN_VAR: {
    cause: 'A template asks for a variable that has no value and gives no default.',
    cure: 'Set it under `vars:` in dbt_project.yml or with `--vars`, or give `var()` a default.',
  },
  PROJECT_ENV_VAR: {
    cause: 'A template asks for an environment variable that is not set, or for a secret.',
    cure: 'Set it, or give `env_var()` a default; secrets belong in profiles.yml and packages.yml.',
  },
  PROJECT_CALL: {
    cause: "A function of dbt's context was called in a way it does not allow.",
    cure: 'Follow the hint.',
  },
  PROJECT_UNKNOWN_REF: {
    cause: '`ref()` names a model, seed or snapshot that the project does not have.',
    cure: 'Take the suggested name, or add the file.',
  },
  PROJECT_UNKNOWN_SOURCE: {
    cause: '`source()` names a source or table that no properties file declares.',
    cure: 'Take the suggested name, or declare the table under `sources:`.',
  },
  PROJECT_DISABLED: {
    cause: 'A node depends on one that is disabled.',
    cure: 'Enable it, or remove the `ref()`.',
  },
  PROJECT_CYCLE: {
    cause: 'Nodes depend on each other in a circle; the path is printed.',
    cure: 'Remove one of the references on the path.',
  },
  PROJECT_DUPLICATE_NODE: {
    cause: 'Two files make nodes of one name, or two nodes want one relation.',
    cure: 'Rename one of them, disable it, or give it an `alias` or `schema`.',
  },
  PROJECT_UNKNOWN_MACRO: {
    cause: 'A test, a dispatch or a command names a macro that no package has.',
    cure: 'Take the suggested name, or install the package with `thau deps`.',
  },
  PROJECT_UNKNOWN_DOC: {
    cause: '`doc()` names a block that no `.md` file has.',
    cure: 'Take the suggested name, or write the `{% docs %}` block.',
  },
  PROJECT_ACCESS: {
    cause: 'A node refers to a private model of another group.',
    cure: 'Move it into the group, or make the model protected or public.',
  },
  PROJECT_UNKNOWN_GROUP: {
    cause: 'A node names a group that is not declared.',
    cure: 'Declare it under `groups:`, or correct the name.',
  },
  PROJECT_VERSION: {
    cause: 'Versions of a model are declared in a way that cannot be followed.',
    cure: 'Follow the hint.',
  },
  PROJECT_FILE: {
    cause: 'A file of the project cannot be read.',
    cure: 'Check that it exists and is text in UTF-8.',
  },
  PROJECT_UNUSED_PROPERTIES: {
    cause: 'An entry of a properties file describes a model, seed, snapshot or test that no file makes.',
    cure: 'Correct the name, or remove the entry.',
  },
  PROJECT_DBT_VERSION: {
    cause: 'The project, or a package of it, requires a version of dbt that thau does not stand for.',
    cure: 'Take a version of the package that allows it; `DBT_VERSION_CHECK=false` or `flags: {version_check: false}` tries it all the same.',
  },
  PROJECT_PACKAGE: {
    cause: 'A package of packages.yml is named in a way thau does not know, or cannot be fetched.',
    cure: 'Follow the hint; packages come from the hub, git repositories, local folders and tarballs.',
  },
} as const satisfies Record<string, CodeDoc>;
