import type { CodeDoc } from '../code.js';

export const buildCodes = {
  BUILD_VIEW_HAS_DEPENDENTS: {
    cause: 'A column of a stable view goes or changes its type, and others built views or functions on it.',
    cure: 'Keep the column; or go on with `thau retry --dependents keep`, where the stable view keeps it without values, or `--dependents drop`.',
  },
  BUILD_FOREIGN_RELATION: {
    cause: "A table or view of a node's name stands in the target schema, and thau did not make it.",
    cure: 'Rename or move it, or give the node another `alias` or `schema`; thau never drops it.',
  },
  BUILD_TWO_NODES_ONE_RELATION: {
    cause: 'Two nodes of the project resolve to the same schema and alias.',
    cure: 'Give one of them another `alias` or `schema`.',
  },
  BUILD_MISSING_RELATION: {
    cause: 'A node reads another that was never built and is not part of this run.',
    cure: 'Build it too: select it with `+`, as in `thau build --select +customers`.',
  },
  BUILD_CANNOT_TRACK: {
    cause: '`thau source track` is asked for a source that is no table, or over something that is none.',
    cure: 'Set `loaded_at_field` for the source, or let the counters of PostgreSQL speak for it.',
  },
  BUILD_DEFER: {
    cause: '`--defer` names a state whose relations are in another database.',
    cure: 'Defer to a state of the same database, or build what is read here.',
  },
  BUILD_SEED_ROW: {
    cause: 'A row of a seed file is not CSV, or has more or fewer fields than the header.',
    cure: 'Correct the row at the file, line and column shown.',
  },
  BUILD_SEED_VALUE: {
    cause: 'A value of a seed file does not fit the type of its column.',
    cure: 'Correct the value, or give the column another type by `column_types`.',
  },
  BUILD_SEED_FILE: {
    cause: 'A seed file cannot be read, is not UTF-8, or has no usable header.',
    cure: 'Save it as UTF-8 CSV with one header row of distinct names.',
  },
  BUILD_CONFIG: {
    cause: 'A config of a node has a value that its materialisation cannot use.',
    cure: 'Correct the config that the message names.',
  },
  BUILD_SCHEMA_CHANGED: {
    cause: 'The columns of an incremental model changed, and `on_schema_change` is `fail`.',
    cure: 'Run it with `--full-refresh`, or set `on_schema_change` to append_new_columns or sync_all_columns.',
  },
  BUILD_CONTRACT: {
    cause: 'A model with an enforced contract has other columns or types than its YAML says.',
    cure: 'Correct the SQL or the columns in the YAML.',
  },
  BUILD_UNKNOWN_MATERIALIZATION: {
    cause: 'A node names a materialisation that neither thau nor the project has.',
    cure: 'Use view, table, incremental, ephemeral, materialized_view, seed or snapshot.',
  },
  BUILD_NOTHING_SELECTED: {
    cause: 'The selection matches no node.',
    cure: 'See `thau list` for the names there are.',
  },
  BUILD_NO_SUCH_RUN: {
    cause: 'There is no run of that number.',
    cure: 'See `thau history`.',
  },
  BUILD_NO_SUCH_GENERATION: {
    cause: 'That generation does not exist or is no longer kept.',
    cure: 'See `thau history`; two generations are kept unless set otherwise.',
  },
  BUILD_SUPERSEDED: {
    cause: 'The process of a run ended before the run did, or stopped answering.',
    cure: 'Nothing is to be done: a later run terminated its backends and cleaned up.',
  },
  BUILD_AFTER_PUBLISH: {
    cause:
      'The generation was published, and something that follows a publish was not finished: grants and comments of its stable views, or the tidying up.',
    cure: 'Correct the cause below it. The tidying up is done by the next run; grants and comments when the model is built again.',
  },
  BUILD_CANCELLED: {
    cause: 'The run was cancelled by a signal, a command or a request.',
    cure: 'Nothing was published; run again when you want it.',
  },
  BUILD_UNIT_TEST: {
    cause:
      'A unit test cannot run: an input of its model has no rows given, a fixture names a column that is none, or the columns of an input are not known yet.',
    cure: 'The message names the unit test and what is missing; build the input first where its columns are not known.',
  },
  BUILD_FRESHNESS: {
    cause:
      'How old a source is cannot be told: it has no loaded_at_field or loaded_at_query, has both, or the query answers no single time.',
    cure: 'Set one of the two so that it gives the time of the newest row.',
  },
  BUILD_TEST_RESULT: {
    cause: 'A test did not answer with one number of failures.',
    cure: 'A test selects the failing rows; `fail_calc` is one aggregate over them.',
  },
  BUILD_DIFF: {
    cause:
      '`thau diff` was asked about a generation that is not kept, a candidate that is not there, or an unknown node.',
    cure: '`thau history` lists the kept generations; `thau list` the nodes.',
  },
  BUILD_ARTIFACT: {
    cause: 'A file below the target folder could not be written.',
    cure: 'Free the path that the message names, or set `target-path` in dbt_project.yml to a folder that can be written.',
  },
} as const satisfies Record<string, CodeDoc>;
