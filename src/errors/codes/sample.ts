import type { CodeDoc } from '../code.js';

export const sampleCodes = {
  SAMPLE_OPTION: {
    cause: 'The generator of the sample shop was asked for something outside what it can tell.',
    cure: 'Use the range that the message names.',
  },
  SAMPLE_CONTRACT: {
    cause: "The generator wrote a row whose columns are not those of the sample's contract.",
    cure: 'This is a fault of thau: please report it with the options that were used.',
  },
  SAMPLE_FOLDER: {
    cause: 'The sample has no such folder or file, or it could not be written.',
    cure: 'Check the path and its permissions; `thau sample generate` writes the files anew.',
  },
  LOAD_FILE: {
    cause: 'The file to load cannot be read.',
    cure: 'Check its path and permissions, and that it is a text file in UTF-8.',
  },
  LOAD_ROW: {
    cause:
      "A row of the file is malformed: its fields do not match the header, a quote is not closed, or a value is not of its column's type.",
    cure: 'Correct the row at the line and column shown and load again; nothing of the file was loaded.',
  },
  LOAD_TABLE_EXISTS: {
    cause: 'The table to load into is there already.',
    cure: 'Pass --replace to drop and fill it anew, or --append to add to it, or choose another name.',
  },
  LOAD_TABLE_NAME: {
    cause: 'The name of the table to load into is not of the form schema.table, or it belongs to thau.',
    cure: 'Name it schema.table in a schema of your own, such as raw_shop.orders.',
  },
  LOAD_OPTION: {
    cause: 'An option of `thau load` has a value it cannot use.',
    cure: 'Use one of the values that the message names.',
  },
} as const satisfies Record<string, CodeDoc>;
